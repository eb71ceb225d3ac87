"""thop's `profile`: hooks on modules of exactly torch's classes; functions and subclasses count 0.

Rules from thop/profile.py, vision/basic_hooks.py, vision/calc_func.py and rnn_hooks.py.
"""

from __future__ import annotations

from math import prod

from archlens.analysis.policies.recurrence import recurrent
from archlens.analysis.policies.rules import (
    NOWHERE,
    Part,
    Policy,
    Rule,
    Shapes,
    by_argument,
    macs,
    nothing,
    per_value,
    per_value_out,
    table,
)
from archlens.layers.base import Layer

__all__ = ["POLICY"]


def _transposed(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    kernel = layer.parameter_shapes(*inputs)["weight"][2:]
    counted = prod(outputs[0]) * (inputs[0][1] // layer.arguments["groups"]) * prod(kernel)
    return [
        *macs(layer, inputs, outputs),
        Part("positions of the output count, not of the input", counted - layer.macs(*inputs)),
    ]


def _softmax(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    x = inputs[0]
    return [Part("3 per value less 1 per vector", 3 * prod(x) - prod(x) // x[layer.arguments["dim"]])]


def _adaptive(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    cells = 1.0  # in double precision, as thop: 7/3 cells are no whole number
    for read, put_out in zip(inputs[0][2:], outputs[0][2:], strict=True):
        cells *= read / put_out
    return [Part("1 per cell of a mean and 1 for the division", int((cells + 1) * prod(outputs[0])))]


_SCALED: dict[object, Rule] = {True: per_value(4), False: per_value(2)}

POLICY = Policy(
    name="thop",
    version="0.1.1.post2209072238",
    unit="MACs",
    about="multiply–accumulates by module, without bias; normalization 2 or 4 per value; of attention and functions nothing",
    rules=table(
        {
            "conv depthwise_conv linear": macs,
            "conv_transpose": _transposed,
            "batch_norm instance_norm": by_argument("affine", _SCALED),
            "layer_norm": by_argument("channels_first", {False: by_argument("elementwise_affine", _SCALED)}),
            "prelu": per_value(1),
            "softmax": _softmax,
            "avg_pool": per_value_out(1),
            "adaptive_avg_pool": _adaptive,
            "upsample": by_argument(
                "mode",
                {
                    "nearest": per_value_out(1),
                    "linear": per_value_out(5),
                    "bilinear": per_value_out(11),
                    "bicubic": per_value_out(259),
                    "trilinear": nothing,
                },
            ),
            "rnn gru lstm": recurrent({"rnn": 1, "gru": 7, "lstm": 8}, wide=True),
        },
        NOWHERE + "multihead_attention locally_connected matmul max_pool lp_pool adaptive_max_pool group_norm "
        "local_response_norm relu relu6 leaky_relu elu gelu silu",
    ),
)
