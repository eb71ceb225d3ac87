"""Multiply–accumulates of every layer type, forward and backward, against torch's FlopCounterMode on random cases."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given

from archlens.errors import LayerError
from archlens.layers import Layer
from archlens.pytorch.build import build_layer
from archlens.pytorch.flops import Flops, math_attention
from tests.layers.cases import BUILT_IN, CASES, Case, examples_for, outcome
from tests.layers.running import quiet
from tests.layers.torch_oracle import run

MOST = 5  # examples of a type


@quiet
def counted(layer: Layer, shapes: tuple[tuple[int, ...], ...], trained: bool, wanted: tuple[bool, ...]) -> tuple[int, int]:
    """FLOPs forward and backward, on meta tensors."""
    with torch.device("meta"):
        module = build_layer(layer, *shapes).eval().requires_grad_(trained)
        whole = layer.integer_inputs
        inputs = [
            torch.empty(shape, dtype=torch.int64 if i in whole else torch.float32, requires_grad=flow)
            for i, (shape, flow) in enumerate(zip(shapes, wanted, strict=True))
        ]
    with math_attention(), Flops({"it": module}) as counter:
        found = module(*[x * 1 if x.requires_grad else x for x in inputs])  # in place on a leaf is refused
        outputs = [y for y in (found if isinstance(found, tuple | list) else (found,)) if y.requires_grad]
        if outputs:
            torch.autograd.backward(outputs, [torch.empty_like(y) for y in outputs])
    return counter.forward.get("it", 0), counter.backward.get("it", 0)


@pytest.mark.parametrize("type_name", BUILT_IN)
def test_macs_are_half_of_torchs_flops(type_name: str) -> None:
    @examples_for(type_name, at_most=MOST)
    @given(CASES[type_name])
    def draw(case: Case) -> None:
        ours = outcome(case, type_name)
        if isinstance(ours, LayerError) or isinstance(run(type_name, case), Exception):
            return
        layer, shapes = ours[0], case.shapes
        learns = bool(layer.parameter_shapes(*shapes))
        floating = [i not in layer.integer_inputs for i in range(len(shapes))]
        groups = layer.torch_kwargs(*shapes).get("groups", 1)
        for wanted in itertools.product(*[(True, False) if f else (False,) for f in floating]):
            for trained in (True, False) if learns else (False,):
                forward, backward = counted(layer, shapes, trained, wanted)
                assert forward == 2 * layer.macs(*shapes)
                if trained or any(wanted):
                    said = layer.backward_macs(*shapes, trained=trained, wanted=wanted)
                    more = layer.macs(*shapes) * (groups - 1) if trained else 0  # torch takes groups for one
                    assert backward == 2 * (said + more)

    draw()
