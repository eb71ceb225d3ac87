"""Every layer type. Importing this package defines them all, so that `layer_types()` is complete.

A family a file: `convolution`, `pooling` (both on `sliding`), `linear`, `normalization`, `activation`, `softmax`,
`regularization`, `reshaping`, `resampling`, `joining`. What they are made of: `base` (Layer), `fields` (kinds of
argument), `dims` (arithmetic on dimensions), `windows` (how outputs read inputs). `foreign` knows what other
frameworks call things.
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
from archlens.layers.base import Layer, layer_types
from archlens.layers.convolution import Conv, DepthwiseConv
from archlens.layers.joining import Add, Concat, Multiply
from archlens.layers.linear import Linear
from archlens.layers.normalization import BatchNorm, LocalResponseNorm
from archlens.layers.pooling import AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from archlens.layers.regularization import Dropout
from archlens.layers.resampling import Upsample
from archlens.layers.reshaping import Crop, Flatten, Pad, Reshape
from archlens.layers.smooth import (
    CELU,
    ELU,
    GELU,
    SELU,
    LogSigmoid,
    Mish,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
    Tanhshrink,
)
from archlens.layers.softmax import GLU, LogSoftmax, Softmax, Softmin

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
    "Multiply",
    "PReLU",
    "Pad",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Reshape",
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
