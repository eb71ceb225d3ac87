"""ptflops's `get_model_complexity_info` with its default back end, `pytorch`, which counts one sample.

It has hooks on modules of exactly torch's classes, and besides counts calls of `torch.nn.functional`; a module of both is
counted twice. Rules from ptflops/pytorch_engine.py and pytorch_ops.py. (The other back end, `aten`, counts matrix products and
convolutions with their biases, and nothing else.)
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
    bias,
    by_argument,
    macs,
    per_value,
    plus,
    table,
)
from archlens.layers.attending import roles_of
from archlens.layers.base import Layer

__all__ = ["POLICY"]

_TWICE = ", as a module and as its function"


def _pool(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    border = (layer.torch_pad(*inputs) or {"pad": ()})["pad"]  # uneven, so done beforehand; the last axis first
    sizes = list(inputs[0])
    for place, cells in enumerate(border):
        sizes[-1 - place // 2] += cells
    return [Part(f"2 per value{_TWICE}", 2 * prod(sizes))]


def _power_pool(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    return [Part("1 per value, 2 per value put out", prod(inputs[0]) + 2 * prod(outputs[0]))]


def _response_norm(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    batch, _, *cells = inputs[0]
    border = batch * (layer.arguments["size"] - 1) * prod(cells)
    return [Part("4 per value, 1 per value of its border", 4 * prod(inputs[0]) + border)]


def _upsample(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    scale, made = layer.arguments["scale_factor"], prod(outputs[0])
    again = made if scale is None else prod(inputs[0]) * float(scale) ** (len(inputs[0]) - 2)
    return [Part("1 per value put out", made), Part("1 again for its function, at the size before it is rounded", again)]


def _attention(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    query, key, value = roles_of(inputs)
    windows, tokens, keys, heads = prod(query[:-2]), query[-2], key[-2], layer.arguments["num_heads"]
    width, key_width, value_width = query[-1], key[-1], value[-1]
    softmax = windows * (tokens * width + heads * tokens * keys)
    biases = windows * ((tokens + 2 * keys) * width * layer.arguments["bias"] + tokens * value_width)
    projections = tokens * width**2 + keys * key_width**2 + keys * value_width**2 + tokens * value_width**2
    products = heads * tokens * keys * (width // heads + value_width // heads)
    ours = layer.macs(*inputs)
    return [
        Part("", ours),
        Part("1 per query value and per weight, scale and softmax", softmax),
        Part("biases, that of the last projection always", biases),
        Part("widths of keys and values taken for square, added keys left out", windows * (projections + products) - ours),
    ]


_SCALED: dict[object, Rule] = {True: per_value(2), False: per_value(1)}

POLICY = Policy(
    name="ptflops",
    version="0.7.5, back end pytorch",
    unit="MACs",
    about="multiply–accumulates and biases by module, and calls of torch.nn.functional: activations and pooling count twice",
    rules=table(
        {
            "conv depthwise_conv conv_transpose linear": plus(macs, bias),
            "locally_connected": macs,
            "multihead_attention": _attention,
            "rnn gru lstm": recurrent({"rnn": 1, "gru": 7, "lstm": 10}, wide=False),
            "batch_norm group_norm instance_norm": by_argument("affine", _SCALED),
            "layer_norm": by_argument("channels_first", {False: per_value(1)}),
            "local_response_norm": _response_norm,
            "relu prelu elu gelu": per_value(2, _TWICE),
            "relu6 leaky_relu silu softmax": per_value(1),
            "max_pool avg_pool adaptive_max_pool adaptive_avg_pool": _pool,
            "lp_pool": _power_pool,
            "upsample": _upsample,
        },
        NOWHERE + "matmul",
    ),
    single=True,
)
