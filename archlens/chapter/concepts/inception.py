"""What the 1×1 convolutions of an Inception module save."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import network, of_family, spec_size, table, within
from archlens.network import load

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.6"
TEACHES = (
    "Four branches look at one map, 1×1, 3×3, 5×5 and a pooling, and their maps are laid side by side; a 1×1 convolution leaves "
    "the 3×3 and 5×5 fewer channels to read. The one of the pooling stands behind it and keeps the module from growing: "
    "without it all channels that came in would be added to those made."
)
FORMULA = (
    "branch without reduction  weights = K² · C_in · C_out",
    "branch with R channels    weights = C_in · R + K² · R · C_out",
)

_BRANCHES = {"1x1": 1, "3x3": 3, "5x5": 5, "pool": 0}
_MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")


def tables() -> tuple[Table, ...]:
    """The branches of module 3a, and all nine modules."""
    google = load("googlenet_2014").analyze()
    branches = ("branch", "channels", "weights", "MACs", "naive weights", "naive MACs", "naive maps", "times fewer")
    modules = ("module", "map in", "maps out", "weights", "naive weights", "times fewer", "naive maps out")
    return (
        table("GoogLeNet, module 3a; naive: without the 1×1 convolutions; no biases", branches, _branches(google, "3a")),
        table("its nine modules, each naive on the map that it gets", modules, [_module(google, m) for m in _MODULES]),
    )


def _branches(google: Analysis, module: str) -> Iterator[tuple[Cell, ...]]:
    sums = [0, 0, 0, 0, 0]
    came = _map_in(google, module)
    for branch, kernel in _BRANCHES.items():
        convolutions = of_family(within(google, f"{module}/{branch}"), "convolution")
        widths = [came[0], *[layer.output_shapes[0][1] for layer in convolutions]]
        line = f"conv: {widths[-1]} {kernel}x{kernel} same bias=false" if kernel else "max_pool: 3x3 /1 padding=1"
        naive = network(spec_size(came), line).analyze()
        figures = (
            sum(map(_weights, convolutions)),
            sum([layer.macs for layer in convolutions]),
            naive.totals.params,
            naive.totals.macs,
            naive.layers[-1].output_shapes[0][1],
        )
        sums = [sum(pair) for pair in zip(sums, figures, strict=True)]
        said = branch.replace("x", "×")
        fewer = figures[2] / figures[0] if figures[2] > figures[0] else None
        yield said, " → ".join(map(str, widths)), *figures, fewer
    out = within(google, module)[-1].output_shapes[0][1]
    yield "together", f"{came[0]} → {out}", *sums, sums[2] / sums[0]


def _module(google: Analysis, module: str) -> tuple[Cell, ...]:
    *_, total = _branches(google, module)
    weights, _, naive, _, grown, fewer = total[2:]
    came = _map_in(google, module)
    return module, "×".join(map(str, came)), within(google, module)[-1].output_shapes[0][1], weights, naive, fewer, grown


def _weights(layer: LayerFacts) -> int:
    return prod(layer.parameter_shapes["weight"])


def _map_in(google: Analysis, module: str) -> tuple[int, ...]:
    """The shape of what the module reads: its pooling branch keeps it."""
    (pool,) = of_family(within(google, f"{module}/pool"), "pooling")
    return tuple(pool.output_shapes[0][1:])
