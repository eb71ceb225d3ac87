"""Which layer types are linear: a sum of two inputs gives the sum of what each gives, less what nothing gives."""

from __future__ import annotations

import torch

from archlens.layers import layer_types
from archlens.pytorch.build import build_layer
from archlens.report.explain_type import example_graph
from tests.layers.cases import BUILT_IN

torch.set_num_threads(1)

SMALLER = {
    "locally_connected": ((1, 3, 20, 20),),
    "roi_align": ((1, 8, 9, 9), (1, 5, 4)),
    "roi_pool": ((1, 8, 9, 9), (1, 5, 4)),
    "scaled_dot_product_attention": ((1, 5, 12),) * 3,
}
"""Inputs where those of the example take long."""


def test_linear_is_what_torch_adds_up() -> None:
    told, found = {}, {}
    for name in BUILT_IN:
        kind = layer_types()[name]
        (node,) = example_graph(kind).nodes
        shapes = SMALLER.get(name, node.input_shapes)
        if not shapes or kind.integer_inputs:
            assert not kind.linear
            continue
        told[name] = kind.linear
        module = build_layer(node.layer, *shapes).train()

        def run(*inputs: torch.Tensor, module: torch.nn.Module = module) -> list[torch.Tensor]:
            torch.manual_seed(0)  # the same values dropped
            out = module(*inputs)
            return [out] if isinstance(out, torch.Tensor) else list(out)

        with torch.no_grad():
            torch.manual_seed(1)
            one, other = ([torch.randn(shape) * 3 for shape in shapes] for _ in range(2))
            sums = run(*[a + b for a, b in zip(one, other, strict=True)])
            parts = zip(run(*one), run(*other), run(*[torch.zeros_like(a) for a in one]), strict=True)
            found[name] = all(torch.allclose(whole, a + b - c, atol=1e-3) for whole, (a, b, c) in zip(sums, parts, strict=True))
    assert told == found
    assert {True, False} == set(told.values())
