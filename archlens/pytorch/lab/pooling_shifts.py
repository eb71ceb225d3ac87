"""How much of a pooled map stays when the map is shifted or turned, by depth of pooling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import percent, steady, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.4"
CLAIM = (
    "A feature shifting by a pixel still lands in the same pooled cell, so the pooled output is unchanged; stacking pool "
    "layers compounds this. Robust to small shifts, not to large ones or rotations."
)
CORRECTION = (
    "Only some of the output stays. With cells c wide and a shift of d < c, a lone feature stays in its own for (c − d)/c of "
    "its positions: half of them for one 2×2 pooling and one pixel. A cell of a random map keeps its maximum with probability "
    "(c − d)/(c + d): a third there. Pooling lessens the dependence on place and does not remove it."
)
SOURCE = "Zhang 2019, Making convolutional networks shift-invariant again, section 3.2; Azulay & Weiss 2019, JMLR 20(184)"

_SIDE, _DEPTHS, _MAPS = 32, (0, 1, 2, 3), 64
_MOVES: dict[str, Callable[[Tensor], Tensor]] = {
    **{f"{shift} px": lambda maps, shift=shift: maps.roll(shift, -1) for shift in (1, 2, 3, 4, 8)},  # type: ignore[misc]
    "turned by 90°": lambda maps: maps.rot90(1, (-2, -1)),
}


@steady
def measure() -> Measurement:
    """One map for every place of a lone 1, and random maps; what leaves on the right comes in on the left."""
    spikes, maps = torch.eye(_SIDE**2).reshape(-1, 1, _SIDE, _SIDE), torch.rand(_MAPS, 1, _SIDE, _SIDE)
    head = ("moved", "no pooling", *[f"{2**depth}-wide cells" for depth in _DEPTHS[1:]])
    same = {
        name: [_kept(spikes, move, depth).all(1).double().mean().item() for depth in _DEPTHS] for name, move in _MOVES.items()
    }
    kept = {name: [_kept(maps, move, depth).double().mean().item() for depth in _DEPTHS] for name, move in _MOVES.items()}
    tables = [
        Table(f"{caption}, after 0 to 3 max poolings of 2×2 on 32×32", head, _percents(shares))
        for caption, shares in (
            ("a lone feature: % of its positions for which the output is unchanged", same),
            ("random maps: % of the cells of the output that are unchanged", kept),
        )
    ]
    one, random = same["1 px"], kept["1 px"]
    far = max([kept[name][-1] for name in ("8 px", "turned by 90°")])
    because = (
        f"shifted by 1 px, one pooling leaves the output of {percent(one[1])} of lone features unchanged, and "
        f"{percent(random[1])} of the cells of random maps; three poolings {percent(one[3])} and {percent(random[3])}; shifted "
        f"by 8 px or turned at most {percent(far)} of the cells stay"
    )
    grows = all(now > before for shares in (one, random) for before, now in pairwise(shares))
    return Measurement(tuple(tables), verdict(one[1] == 1 and random[1] == 1, grows, far < 0.1), because)


def _kept(maps: Tensor, move: Callable[[Tensor], Tensor], depth: int) -> Tensor:
    """By map and cell of its pooled output, whether moving the map leaves it as it was."""
    return (_pooled(move(maps), depth) == _pooled(maps, depth)).flatten(1)


def _pooled(maps: Tensor, depth: int) -> Tensor:
    for _ in range(depth):
        maps = functional.max_pool2d(maps, 2)
    return maps


def _percents(shares: dict[str, list[float]]) -> tuple[tuple[str | float, ...], ...]:
    return tuple([(name, *[100 * share for share in row]) for name, row in shares.items()])
