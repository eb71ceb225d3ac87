"""Between which values outputs lie: torch, on values large and small."""

from __future__ import annotations

from math import inf

import torch

from archlens.layers import Hardtanh, Layer, layer_types
from archlens.pytorch.build import build_layer
from archlens.report.explain_type import example_graph
from tests.layers.cases import BUILT_IN


def test_outputs_lie_within_their_bounds_and_reach_them() -> None:
    """A bound is met: an output comes near it, or is far where there is none. Arguments may move what no bound is told of."""
    torch.manual_seed(0)
    layers: list[Layer] = [Hardtanh(0.0, 4.0), Hardtanh(-3.0, 0.5)]
    layers += [
        example_graph(layer_types()[name]).nodes[0].layer for name in BUILT_IN if layer_types()[name].family == "activation"
    ]
    bounded = 0
    for layer in layers:
        shape = (64, 6, 50)
        if layer.type_name == "prelu":
            layer = type(layer)()
        values = torch.cat([torch.randn(shape) * scale for scale in (0.1, 3, 100)])
        out = build_layer(layer, values.shape).eval()(values)
        low, high = layer.bounds
        assert low <= out.min(), layer
        assert out.max() <= high, layer
        if (low, high) != (-inf, inf):
            bounded += 1
            assert out.min() < (low + 0.05 if low > -inf else -50), layer
            assert out.max() > (high - 0.05 if high < inf else 50), layer
    assert bounded > 10
