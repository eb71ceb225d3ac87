"""Every layer type. Importing this package defines them all, so that `layer_types()` is complete.

A family a file: `convolution`, `pooling` (both on `sliding`), `linear`, `normalization`, `activation`, `softmax`,
`regularization`, `reshaping`, `moving` (and `tokens` on it), `slicing`, `resampling`, `reductions`, `joining`,
`parameter`. What they are made of: `base` (Layer), `fields` (kinds of argument), `dims` (arithmetic on dimensions),
`windows` (how outputs read inputs). `foreign` knows what other frameworks call things.
"""

from archlens.layers.activation import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    LogSigmoid,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from archlens.layers.base import Layer, layer_types
from archlens.layers.convolution import Conv, DepthwiseConv
from archlens.layers.joining import Add, Concat, Divide, Matmul, Maximum, Minimum, Multiply, Stack, Subtract
from archlens.layers.linear import Linear
from archlens.layers.moving import ChannelShuffle, Permute, PixelShuffle, PixelUnshuffle, Roll
from archlens.layers.normalization import BatchNorm, LocalResponseNorm
from archlens.layers.parameter import ClassToken, Parameter
from archlens.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from archlens.layers.reductions import Max, Mean, Min, Sum
from archlens.layers.regularization import Dropout
from archlens.layers.resampling import Upsample
from archlens.layers.reshaping import Crop, Flatten, Pad, Reshape
from archlens.layers.slicing import Chunk, Select, Slice, Split
from archlens.layers.softmax import GLU, LogSoftmax, Softmax, Softmin
from archlens.layers.tokens import Tokens, Untokens, WindowPartition, WindowReverse

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
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
    "Crop",
    "DepthwiseConv",
    "Divide",
    "Dropout",
    "Flatten",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Linear",
    "LocalResponseNorm",
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
    "Multiply",
    "PReLU",
    "Pad",
    "Parameter",
    "Permute",
    "PixelShuffle",
    "PixelUnshuffle",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Reshape",
    "Roll",
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
