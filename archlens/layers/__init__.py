"""Every layer type by name. A family is imported when one of its types is first named: a network needs few of them.

A family a file. What they are made of: `base` (Layer), `registry` (the types), `fields` (kinds of argument), `dims`
(arithmetic on dimensions), `windows` (how outputs read inputs), `keeping` and `strides` (memory), and what a family shares:
`sliding` (windows of convolution and pooling), `attending` (shapes of attention), `agreeing` (branches of joins). `foreign`
knows what other frameworks call things.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from archlens.layers.base import Layer
from archlens.layers.registry import TYPES, layer_types

__all__ = ["Layer", "layer_types"]

_FAMILIES = {
    "convolution": {"conv": "Conv", "depthwise_conv": "DepthwiseConv"},
    "transposed": {"conv_transpose": "ConvTranspose"},
    "local": {"locally_connected": "LocallyConnected"},
    "linear": {"linear": "Linear", "rbf": "RBF"},
    "embedding": {"embedding": "Embedding"},
    "attention": {
        "scaled_dot_product_attention": "ScaledDotProductAttention",
    },
    "multihead": {"multihead_attention": "MultiheadAttention"},
    "positions": {"relative_position_bias": "RelativePositionBias"},
    "recurrent": {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"},
    "pooling": {
        "max_pool": "MaxPool",
        "avg_pool": "AvgPool",
        "lp_pool": "LPPool",
        "adaptive_avg_pool": "AdaptiveAvgPool",
        "adaptive_max_pool": "AdaptiveMaxPool",
        "global_avg_pool": "GlobalAvgPool",
        "global_max_pool": "GlobalMaxPool",
    },
    "reductions": {"mean": "Mean", "sum": "Sum", "max": "Max", "min": "Min"},
    "normalization": {
        "batch_norm": "BatchNorm",
        "group_norm": "GroupNorm",
        "instance_norm": "InstanceNorm",
        "local_response_norm": "LocalResponseNorm",
    },
    "vector_norms": {"layer_norm": "LayerNorm", "rms_norm": "RMSNorm"},
    "activation": {
        "identity": "Identity",
        "relu": "ReLU",
        "relu6": "ReLU6",
        "leaky_relu": "LeakyReLU",
        "prelu": "PReLU",
        "rrelu": "RReLU",
        "hardtanh": "Hardtanh",
        "hardsigmoid": "Hardsigmoid",
        "hardswish": "Hardswish",
        "hardshrink": "Hardshrink",
        "softshrink": "Softshrink",
        "threshold": "Threshold",
    },
    "smooth": {
        "elu": "ELU",
        "celu": "CELU",
        "selu": "SELU",
        "gelu": "GELU",
        "silu": "SiLU",
        "mish": "Mish",
        "sigmoid": "Sigmoid",
        "logsigmoid": "LogSigmoid",
        "tanh": "Tanh",
        "tanhshrink": "Tanhshrink",
        "softplus": "Softplus",
        "softsign": "Softsign",
    },
    "softmax": {"glu": "GLU", "softmax": "Softmax", "log_softmax": "LogSoftmax", "softmin": "Softmin"},
    "regularization": {"dropout": "Dropout", "drop_path": "DropPath"},
    "reshaping": {"flatten": "Flatten", "reshape": "Reshape", "pad": "Pad", "crop": "Crop"},
    "moving": {
        "permute": "Permute",
        "pixel_shuffle": "PixelShuffle",
        "pixel_unshuffle": "PixelUnshuffle",
        "channel_shuffle": "ChannelShuffle",
        "roll": "Roll",
    },
    "slicing": {"split": "Split", "chunk": "Chunk", "slice": "Slice", "select": "Select"},
    "tokens": {
        "tokens": "Tokens",
        "untokens": "Untokens",
        "window_partition": "WindowPartition",
        "window_reverse": "WindowReverse",
    },
    "resampling": {"upsample": "Upsample"},
    "parameter": {"parameter": "Parameter", "class_token": "ClassToken"},
    "joining": {
        "add": "Add",
        "multiply": "Multiply",
        "subtract": "Subtract",
        "divide": "Divide",
        "maximum": "Maximum",
        "minimum": "Minimum",
        "matmul": "Matmul",
        "stack": "Stack",
        "concat": "Concat",
    },
    "detection": {"roi_align": "RoIAlign", "roi_pool": "RoIPool"},
}
"""By file the names of its types and their classes."""

TYPES.homes.update({name: f"{__name__}.{family}" for family, types in _FAMILIES.items() for name in types})
_CLASSES = {kind: family for family, types in _FAMILIES.items() for kind in types.values()}


def __getattr__(name: str) -> Any:
    """A layer's class, e.g. `archlens.layers.Conv`."""
    if name not in _CLASSES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_CLASSES[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, *_CLASSES]
