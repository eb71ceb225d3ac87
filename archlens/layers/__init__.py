"""Every layer type. Importing this package defines them all, so that `layer_types()` is complete.

A family a file; `layers/` lists them. What they are made of: `base` (Layer), `fields` (kinds of argument), `dims` (arithmetic on
dimensions), `windows` (how outputs read inputs), and what a family shares: `sliding` (windows of convolution and pooling),
`attending` (shapes of attention). `foreign` knows what other frameworks call things.
"""

from archlens.layers.activation import (
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Softshrink,
    Threshold,
)
from archlens.layers.attention import MultiheadAttention, RelativePositionBias, ScaledDotProductAttention
from archlens.layers.base import Layer, layer_types
from archlens.layers.convolution import Conv, DepthwiseConv
from archlens.layers.detection import RoIAlign, RoIPool
from archlens.layers.embedding import Embedding
from archlens.layers.joining import Add, Concat, Divide, Matmul, Maximum, Minimum, Multiply, Stack, Subtract
from archlens.layers.linear import RBF, Linear
from archlens.layers.local import LocallyConnected
from archlens.layers.moving import ChannelShuffle, Permute, PixelShuffle, PixelUnshuffle, Roll
from archlens.layers.normalization import BatchNorm, GroupNorm, InstanceNorm, LocalResponseNorm
from archlens.layers.parameter import ClassToken, Parameter
from archlens.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool, LPPool, MaxPool
from archlens.layers.recurrent import GRU, LSTM, RNN
from archlens.layers.reductions import Max, Mean, Min, Sum
from archlens.layers.regularization import Dropout, DropPath
from archlens.layers.resampling import Upsample
from archlens.layers.reshaping import Crop, Flatten, Pad, Reshape
from archlens.layers.slicing import Chunk, Select, Slice, Split
from archlens.layers.smooth import CELU, ELU, GELU, SELU, LogSigmoid, Mish, Sigmoid, SiLU, Softplus, Softsign, Tanh, Tanhshrink
from archlens.layers.softmax import GLU, LogSoftmax, Softmax, Softmin
from archlens.layers.tokens import Tokens, Untokens, WindowPartition, WindowReverse
from archlens.layers.transposed import ConvTranspose
from archlens.layers.vector_norms import LayerNorm, RMSNorm

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RBF",
    "RNN",
    "SELU",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "Add",
    "AvgPool",
    "BatchNorm",
    "ChannelShuffle",
    "Chunk",
    "ClassToken",
    "Concat",
    "Conv",
    "ConvTranspose",
    "Crop",
    "DepthwiseConv",
    "Divide",
    "DropPath",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "InstanceNorm",
    "LPPool",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
    "LocallyConnected",
    "LogSigmoid",
    "LogSoftmax",
    "Matmul",
    "Max",
    "MaxPool",
    "Maximum",
    "Mean",
    "Min",
    "Minimum",
    "Mish",
    "MultiheadAttention",
    "Multiply",
    "PReLU",
    "Pad",
    "Parameter",
    "Permute",
    "PixelShuffle",
    "PixelUnshuffle",
    "RMSNorm",
    "RReLU",
    "ReLU",
    "ReLU6",
    "RelativePositionBias",
    "Reshape",
    "RoIAlign",
    "RoIPool",
    "Roll",
    "ScaledDotProductAttention",
    "Select",
    "SiLU",
    "Sigmoid",
    "Slice",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Split",
    "Stack",
    "Subtract",
    "Sum",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Tokens",
    "Untokens",
    "Upsample",
    "WindowPartition",
    "WindowReverse",
    "layer_types",
]
