"""How much of its receptive field a unit uses, by where the gradient lies, in stacks of 3×3 convolutions."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import percent, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.4"
CLAIM = (
    "The receptive field is how much of the input image one deep neuron depends on; you grow it by adding depth. A neuron with "
    "a 7×7 field cannot recognize a face spanning 100 pixels."
)
CORRECTION = (
    "The field bounds what a unit can see and does not say what it uses. Before training the gradient of n layers of 3×3 lies "
    "in a bell of width σ = √(2n/3) around the centre, so the part used grows with √n and the field with n. Training widens it."
)
SOURCE = "Luo, Li, Urtasun & Zemel 2016, Understanding the effective receptive field, arXiv:1701.04128, sections 2 and 3"

_DEPTHS, _CHANNELS, _DRAWS, _MARGIN, _MASS = (1, 3, 10, 20, 50), 8, 4, 4, 0.95


@steady
def measure() -> Measurement:
    """The gradient of one unit, with equal weights and with random ones (8 channels, ReLU, 4 draws, energy added up)."""
    equal = {depth: _equal(depth) for depth in _DEPTHS}
    drawn = {depth: sum([_drawn(depth) for _ in range(_DRAWS)], torch.zeros(1)) for depth in _DEPTHS}
    used = {depth: _side(drawn[depth]) for depth in _DEPTHS}
    area = {depth: 100 * (used[depth] / (2 * depth + 1)) ** 2 for depth in _DEPTHS}
    table = Table(
        f"stacks of n convolutions 3×3; used: the centred square that holds {percent(_MASS)} of the gradient, its side in pixels",
        ("n", "field", "used, equal weights", "used, random", "% of the field", "σ", "√(2n/3)"),
        tuple(
            [
                (depth, _square(2 * depth + 1), _side(equal[depth]), used[depth], area[depth], _spread(drawn[depth]), sigma)
                for depth, sigma in [(depth, math.sqrt(2 * depth / 3)) for depth in _DEPTHS]
            ]
        ),
    )
    outside = max([_outside(one) for one in (*equal.values(), *drawn.values())])
    seven, deepest = int((drawn[3] > 0).sum()), _DEPTHS[-1]
    because = (
        f"{told(outside)} of the gradient lies outside the field: a unit of 7×7 sees {seven} of the face's 10,000 pixels; but "
        f"of {deepest} layers with a field of {_square(2 * deepest + 1)}, {percent(_MASS)} of the gradient lies within "
        f"{_square(used[deepest])}, {told(area[deepest])}% of the field"
    )
    return Measurement((table,), verdict(outside == 0, area[deepest] >= 50), because)


def _square(side: int) -> str:
    return f"{side}×{side}"


def _equal(depth: int) -> Tensor:
    """The size of the gradient at every pixel, the margin around the field included."""
    image = torch.zeros(1, 1, *_sides(depth), requires_grad=True)
    return _gradient(image, [torch.ones(1, 1, 3, 3) / 9] * depth).abs()[0, 0]


def _drawn(depth: int) -> Tensor:
    """The energy of the gradient, which random signs do not cancel; weights keep the scale through ReLUs."""
    image = torch.randn(1, _CHANNELS, *_sides(depth), requires_grad=True)
    scale = math.sqrt(2 / (9 * _CHANNELS))
    kernels = [scale * torch.randn(_CHANNELS, _CHANNELS, 3, 3) for _ in range(depth)]
    return _gradient(image, kernels, relu=True).square().sum((0, 1))


def _sides(depth: int) -> tuple[int, int]:
    return (2 * (depth + _MARGIN) + 1,) * 2


def _gradient(image: Tensor, kernels: list[Tensor], relu: bool = False) -> Tensor:
    """Of the sum of the channels at the centre."""
    out = image
    for kernel in kernels:
        out = functional.conv2d(out.relu() if relu and out is not image else out, kernel)
    (gradient,) = torch.autograd.grad(out[..., _MARGIN, _MARGIN].sum(), image)
    return gradient


def _outside(field: Tensor) -> float:
    """The share of the gradient that lies on the margin."""
    inside = torch.zeros_like(field)
    inside[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = 1
    return float(((1 - inside) * field).sum() / field.sum())


def _side(field: Tensor) -> int:
    """Of the smallest square around the centre that holds the mass."""
    centre = len(field) // 2
    cut = [float(field[centre - r : centre + r + 1, centre - r : centre + r + 1].sum()) for r in range(centre + 1)]
    return 2 * next(r for r, mass in enumerate(cut) if mass >= _MASS * cut[-1]) + 1


def _spread(field: Tensor) -> float:
    """The standard deviation of the gradient's place along one axis."""
    line = field.sum(0)
    squares = (torch.arange(len(line)) - len(line) // 2) ** 2
    return math.sqrt(float((line * squares).sum() / line.sum()))
