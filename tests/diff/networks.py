"""Networks for differences: small ones written here, and how two are compared."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import archlens
from archlens.analysis.difference import FOLLOWING, Difference
from archlens.network import Network

__all__ = ["adds_up", "diff", "flat", "kinds", "own", "random_line", "spec"]

_LINES = (
    "conv: {} 3x3 same",
    "conv: {} 1x1",
    "depthwise_conv: 3x3 same",
    "relu",
    "gelu",
    "batch_norm",
    "dropout",
    "avg_pool: 3x3 /1 padding=1",
)


def spec(body: str, input: str = "3x32x32") -> Network:
    """A network whose `blocks:` and `layers:` are this text."""
    return archlens.load_text(f"archlens: 1\ninput: {input}\n{body}")


def flat(lines: Sequence[str], input: str = "3x32x32") -> Network:
    """A network of these lines one after the other."""
    return spec("layers:\n" + "".join([f"  - {line}\n" for line in lines]), input)


def random_line(random: Random) -> str:
    """A layer that keeps the size of its map."""
    return random.choice(_LINES).format(random.choice([4, 8, 16]))


def diff(old: Network | str, new: Network | str) -> Difference:
    """What makes `new` of `old`."""
    return archlens.diff(old, new)


def own(difference: Difference) -> list[tuple[str, str]]:
    """Kind and path of every change but what only follows."""
    return [(one.kind, one.layer.path) for one in difference.changes if one.kind != "resized"]


def kinds(difference: Difference) -> list[str]:
    """The same without the paths."""
    return [kind for kind, _ in own(difference)]


def adds_up(difference: Difference) -> bool:
    """Whether the changes of all layers come to the difference of the totals, and no layer is left out or told twice."""
    old, new = difference.old, difference.new
    sums = all(
        sum([one.amount(name) for one in difference.changes]) == getattr(new.totals, name) - getattr(old.totals, name)
        for name in FOLLOWING
    )
    both = [one for one in difference.changes if one.old and one.new]
    counts = [
        len(difference.of("removed")) + len(both) + difference.unchanged == len(old.layers),
        len(difference.of("added")) + len(both) + difference.unchanged == len(new.layers),
    ]
    return sums and all(counts)
