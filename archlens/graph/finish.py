"""What is settled once all layers stand: the outputs, and which layers are frozen."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence

from archlens.errors import did_you_mean
from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.scope import Frame
from archlens.spec.model import Word

__all__ = ["frozen", "outputs"]


def outputs(words: Sequence[tuple[str, Word]], last: int, top: Frame, faults: Faults, lookup: Callable[[Word], int]) -> dict[str, int]:
    """The network's outputs: those of `outputs:`, else what comes out of the last line."""
    found: dict[str, int] = {}
    for name, word in words:
        if name in found:
            faults.add("ARC135", f"two outputs are called `{name}`", word.span, top, "name them: `outputs: {class: a, box: b}`")
        found[name] = lookup(word)
    return found or {"output": last}


def frozen(patterns: Sequence[Word], nodes: Iterable[Node], top: Frame, faults: Faults) -> set[str]:
    """Paths of the layers that `freeze:` holds still.

    Patterns are globs over layer paths; one that matches a scope matches what is in it; `!` takes layers out
    again; the last that matches a layer decides. A pattern that matches nothing is a fault.
    """
    if not patterns:
        return set()
    paths = [node.path for node in nodes]
    still: set[str] = set()
    for word in patterns:
        thaw = word.text.startswith("!")
        # The pattern may end at any scope boundary, so that `stage1` means everything in it.
        matcher = re.compile(fnmatch.translate(word.text.removeprefix("!")).removesuffix(r"\Z").removesuffix(r"\z") + r"(?:/.*)?\Z", re.DOTALL)
        matched = {path for path in paths if matcher.match(path)}
        if not matched and paths:
            scopes = {part for path in paths for part in _scopes(path)}
            help = did_you_mean(word.text.removeprefix("!"), scopes) or "patterns are globs over layer paths, as `archlens analyze` shows them"
            faults.add("ARC134", f"`{word.text}` matches no layer", word.span, top, help)
        still = still - matched if thaw else still | matched
    return still


def _scopes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]
