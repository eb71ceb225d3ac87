"""Every layer type. Importing this package defines them all, so that `layer_types()` is complete.

A family a file: `convolution`, `pooling` (both on `sliding`), `linear`, `normalization`, `activation`, `softmax`,
`regularization`, `reshaping`, `resampling`, `joining`, `attention` (on `attending`), `recurrent`, `detection`. What they are
made of: `base` (Layer), `fields` (kinds of argument), `dims` (arithmetic on dimensions), `windows` (how outputs read inputs).
`foreign` knows what other frameworks call things.
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
from archlens.layers.attention import MultiheadAttention, RelativePositionBias, ScaledDotProductAttention
from archlens.layers.base import Layer, layer_types
from archlens.layers.convolution import Conv, DepthwiseConv
from archlens.layers.detection import RoIAlign, RoIPool
from archlens.layers.joining import Add, Concat, Multiply
from archlens.layers.linear import Linear
from archlens.layers.normalization import BatchNorm, LocalResponseNorm
from archlens.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from archlens.layers.recurrent import GRU, LSTM, RNN
from archlens.layers.regularization import Dropout
from archlens.layers.resampling import Upsample
from archlens.layers.reshaping import Crop, Flatten, Pad, Reshape
from archlens.layers.softmax import GLU, LogSoftmax, Softmax, Softmin

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "Add",
    "AvgPool",
    "BatchNorm",
    "Concat",
    "Conv",
    "Crop",
    "DepthwiseConv",
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
    "MaxPool",
    "Mish",
    "MultiheadAttention",
    "Multiply",
    "PReLU",
    "Pad",
    "RReLU",
    "ReLU",
    "ReLU6",
    "RelativePositionBias",
    "Reshape",
    "RoIAlign",
    "RoIPool",
    "ScaledDotProductAttention",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Upsample",
    "layer_types",
]
