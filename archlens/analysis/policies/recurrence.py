"""What tools count in recurrent layers beside their products: sums, functions and biases of every token, layer and direction."""

from __future__ import annotations

from archlens.analysis.policies.rules import Part, Rule, Shapes
from archlens.layers.base import Layer

__all__ = ["recurrent"]


def recurrent(unit_ops: dict[str, int], wide: bool) -> Rule:
    """The MACs, and for each value of the state `unit_ops` by type and two biases a gate.

    wide: whether a projected state counts as one of hidden_size; else its projection is left out.
    """

    def rule(layer: Layer, inputs: Shapes, outputs: Shapes) -> list[Part]:
        (batch, tokens, features), given = inputs[0], layer.arguments
        hidden, layers = given["hidden_size"], given["num_layers"]
        values = layer.parameter_shapes(*inputs)["weight_ih_l0"][0]  # of all gates
        ways = 2 if given["bidirectional"] else 1
        runs = batch * tokens * ways
        each = unit_ops[layer.type_name] + (2 * values // hidden if given["bias"] else 0)
        width = hidden if wide else given.get("proj_size") or hidden
        products = values * (features + width + (layers - 1) * (ways * width + width))
        macs = layer.macs(*inputs)
        return [
            Part("", macs),
            Part("sums, functions and biases of the state", runs * layers * hidden * each),
            Part("a projected state counts as a whole one" if wide else "the projection is not known", runs * products - macs),
        ]

    return rule
