"""fvcore's `FlopCountAnalysis`: what it makes of a trace of the network that `archlens.pytorch` builds, for inference.

Rules from fvcore/nn/flop_count.py and jit_handles.py. It names the operators it has no rule for, and counts 0 for them. A layer
is traced as it is while it trains: frozen attention, with nothing to learn before it, would be one operator that it misses whole.
"""

from __future__ import annotations

from math import prod

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
from archlens.layers.attending import roles_of
from archlens.layers.base import Layer

__all__ = ["POLICY"]


def _on_maps(rule: Rule) -> Rule:
    """The rule on C×H×W alone."""
    return lambda layer, inputs, outputs: (rule if len(inputs[0]) == 4 else nothing)(layer, inputs, outputs)


def _attention(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    query, key, value = roles_of(inputs)
    (*lead, tokens, features) = outputs[0]
    keys = key[-2] + layer.arguments["add_bias_kv"] + layer.arguments["add_zero_attn"]
    fused = 2 * prod(lead) * tokens * keys * features
    stretched = [features * (prod(lead) * prod(role[-2:]) - prod(role)) for role in (query, key, value)]
    return [
        *macs(layer, inputs, outputs),
        Part("its two products are one operator, which is not known", -fused),
        Part("a batch of 1 is projected once for every sample", sum(stretched)),
    ]


def _matmul(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
    counted = prod(inputs[0]) * inputs[1][-1]
    stretched = counted - layer.macs(*inputs)
    return [*macs(layer, inputs, outputs), Part("a first branch that is stretched counts once", stretched)]


_SCALED: dict[object, Rule] = {True: per_value(5), False: per_value(4)}
_BATCH: dict[object, Rule] = {True: per_value(2), False: per_value(1)}

POLICY = Policy(
    name="fvcore",
    version="0.1.5.post20221221",
    unit="MACs",
    about="multiply–accumulates of traced operators, without bias; norms 2 to 5 per value; attention without its products",
    rules=table(
        {
            "conv depthwise_conv conv_transpose locally_connected linear": macs,
            "matmul": _matmul,
            "multihead_attention": _attention,
            "batch_norm": by_argument(
                "track_running_stats", {True: by_argument("affine", _BATCH), False: by_argument("affine", _SCALED)}
            ),
            "group_norm instance_norm": by_argument("affine", _SCALED),
            "layer_norm": by_argument("elementwise_affine", _SCALED),
            "adaptive_avg_pool": _on_maps(per_value(1)),
            "upsample": _on_maps(by_argument("mode", {"nearest": per_value_out(1), "bilinear": per_value_out(4)})),
        },
        NOWHERE + "lstm gru rnn max_pool avg_pool lp_pool adaptive_max_pool local_response_norm "
        "relu relu6 leaky_relu prelu elu gelu silu softmax",
    ),
)
