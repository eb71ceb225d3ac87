"""What rules ask of windows, held against gradients of torch: which weights, places and cells take part."""

from __future__ import annotations

from random import Random

import torch
from torch.nn.functional import conv1d, pad

from archlens.layers import Conv
from archlens.rules.sliding import Slid, Windows


def drawn(random: Random) -> Slid:
    """A window along an axis, at least one place wide."""
    while True:
        kernel, stride, dilation = random.randint(1, 5), random.randint(1, 5), random.randint(1, 4)
        low, high, size = random.randint(0, 6), random.randint(0, 6), random.randint(1, 12)
        room = size + low + high - dilation * (kernel - 1) - 1
        if room >= 0:
            layer = Conv(1, kernel, stride, ((low, high),), dilation)
            (axis,) = Windows(layer, (1, 1, size)).axes
            return axis


def slid(axis: Slid, more: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How often each tap, each place and each cell takes part; `more` cells of zeros at the end."""
    cells = torch.ones(1, 1, axis.size, dtype=torch.float64, requires_grad=True)
    weight = torch.ones(1, 1, axis.kernel, dtype=torch.float64, requires_grad=True)
    out = conv1d(pad(cells, (axis.low, axis.high + more)), weight, stride=axis.stride, dilation=axis.dilation)
    out.sum().backward()
    assert weight.grad is not None
    assert cells.grad is not None
    return weight.grad.flatten(), out.detach().flatten(), cells.grad.flatten()


def test_taps_places_and_cells_are_those_of_torch() -> None:
    random = Random(5)
    met = {"dead": 0, "blind": 0, "dropped": 0, "skipped": 0}
    for _ in range(250):
        axis = drawn(random)
        taps, places, cells = slid(axis)
        assert axis.places == len(places)
        assert axis.alive == tuple(torch.nonzero(taps).flatten().tolist())
        assert axis.blind == int((places == 0).sum())
        longer = slid(axis, 200)[2]
        behind = torch.arange(axis.size) > axis.last
        assert axis.dropped == int(((cells == 0) & (longer > 0) & behind).sum()), axis
        inside = slid(axis._replace(size=200, low=0, high=0))[2][60 : 60 + axis.stride]
        assert axis.places == 1 or axis.skips == int((inside == 0).sum()), axis
        assert axis.places > 1 or axis.skips == 0 or (axis.last < axis.size - 1 and not cells[axis.last + 1 :].any())
        for what, count in (("dead", axis.kernel - len(axis.alive)), ("blind", axis.blind)):
            met[what] += count > 0
        met["dropped"] += axis.dropped > 0
        met["skipped"] += axis.skips > 0
    assert min(met.values()) > 5, met
