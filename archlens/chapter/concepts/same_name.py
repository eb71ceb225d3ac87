"""Networks that go by one name and are not the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import starmap

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import field, of_family, params, table, within
from archlens.network import load

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.6"
TEACHES = (
    "A name says little: what a paper drew, what its authors ran and what a library ships under it differ in parameters, in "
    "work or in both. A figure means something only with the network it is of."
)
FORMULA = (
    "a convolution in G groups   params = (K² · C_in/G + 1) × C_out",
    "LeNet's C3, 1998            params = 6·(3·25 + 1) + 9·(4·25 + 1) + (6·25 + 1)",
    "            today           params = 16·(6·25 + 1)",
)

_NETWORKS = {
    "lenet5_1998": ("LeNet-5", "paper: C3 sees chosen maps, pooling learns"),
    "lenet5": ("LeNet-5", "today: C3 sees all, pooling does not learn"),
    "alexnet_2012:two_towers": ("AlexNet", "paper: two towers, on a GPU each"),
    "alexnet_2012:one_tower": ("AlexNet", "the same widths in one tower"),
    "alexnet": ("AlexNet", "torchvision: the tower of 2014, thinner"),
    "googlenet_2014": ("GoogLeNet", "paper, at inference"),
    "googlenet_2014_training": ("GoogLeNet", "paper, with both auxiliary classifiers"),
    "googlenet": ("GoogLeNet", "torchvision: batch norm, 3×3 for 5×5"),
    "resnet50_v1": ("ResNet-50", "paper: stride in the first 1×1"),
    "resnet50": ("ResNet-50", "torchvision, v1.5: stride in the 3×3"),
}
_LENETS = ("lenet5_1998", "lenet5")
_ALEXNETS = ("alexnet_2012:two_towers", "alexnet_2012:one_tower", "alexnet")


def tables() -> tuple[Table, ...]:
    """Four names, ten networks; two of the names layer by layer."""
    head = ("name", "which", "params", "MACs", "last conv sees")
    lenet, alexnet = ("layer", "1998", "today"), ("layer", "two towers", "one tower", "torchvision")
    return (
        table("one name, several networks", head, starmap(_row, _NETWORKS.items())),
        table("the parameters of LeNet-5", lenet, _layers(_LENETS, ("C1", "S2", "C3", "S4", "C5", "F6", "output"))),
        table("the parameters of AlexNet", alexnet, _layers(_ALEXNETS, [*_numbered("conv", 5), *_numbered("linear", 3)])),
    )


def _row(name: str, said: tuple[str, str]) -> tuple[Cell, ...]:
    analysis = load(name).analyze()
    seen = max(map(field, of_family(analysis.layers, "convolution")))
    return *said, analysis.totals.params, analysis.totals.macs, seen


def _numbered(kind: str, count: int) -> list[str]:
    return [f"{kind}{i}" for i in range(1, count + 1)]


def _layers(names: tuple[str, ...], scopes: list[str] | tuple[str, ...]) -> Iterator[tuple[Cell, ...]]:
    """Side by side, and their sums."""
    analyses = [load(name).analyze() for name in names]
    for scope in scopes:
        yield scope, *[params(within(analysis, scope)) for analysis in analyses]
    yield "together", *[analysis.totals.params for analysis in analyses]
