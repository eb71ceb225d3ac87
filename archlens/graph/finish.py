"""What is settled once all layers stand: the outputs, and which layers are frozen."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence

from archlens.errors import did_you_mean
from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.scope import Frame
from archlens.spec.model import Word

__all__ = ["frozen", "outputs"]

MAX_PATTERNS = 100


def outputs(
    words: Sequence[tuple[str, Word]], last: int, top: Frame, faults: Faults, tensor: Callable[[Word], int]
) -> dict[str, int]:
    """The network's outputs: those of `outputs:`, else what comes out of the last line."""
    found: dict[str, int] = {}
    for name, word in words:
        if name in found:
            help = "name them apart: `outputs: {class: a, box: b}`"
            faults.report("ARC135", f"two outputs are called `{name}`", word.span, top, help)
        found[name] = tensor(word)
    return found or {"output": last}


def frozen(patterns: Sequence[Word], nodes: Sequence[Node], top: Frame, faults: Faults) -> set[str]:
    """Paths of the layers that `freeze:` holds still.

    Patterns are globs over layer paths; one that matches a scope matches what is in it; `!` takes layers out
    again; the last that matches a layer decides. A pattern that matches nothing is a fault.
    """
    if len(patterns) > MAX_PATTERNS:
        message, help = f"{len(patterns)} patterns; at most {MAX_PATTERNS}", "a pattern may name a scope, or hold `*`"
        faults.report("ARC134", message, patterns[MAX_PATTERNS].span, top, help)
        return set()
    paths = [node.path for node in nodes] if patterns else []
    decided: dict[str, Word] = {}  # path → the last pattern that matches it
    for word in patterns:
        glob = word.text.removeprefix("!")
        matcher = _matcher(glob)
        matched = {path for path in paths if matcher(path)}
        if not matched:
            scopes = dict.fromkeys(part for path in paths for part in _scopes(path))
            help = did_you_mean(glob, scopes) or "patterns are globs over layer paths, as `archlens analyze` shows them"
            faults.report("ARC134", f"`{word.text}` matches no layer", word.span, top, help)
        decided.update(dict.fromkeys(matched, word))
    still = {path for path, word in decided.items() if not word.text.startswith("!")}
    for node in nodes if still else ():
        if node.path in still and node.owner not in still:
            word = decided[node.path]
            message = f"`{word.text}` freezes {node.path}, whose weights are those of {node.owner}, which is trained"
            faults.report("ARC134", message, word.span, top, f"freeze `{node.owner}`; both are frozen then")
    return still


def _matcher(glob: str) -> Callable[[str], object]:
    """What tells whether a path, or a scope around it, matches `glob`."""
    inner = fnmatch.translate(glob).removesuffix(r"\Z").removesuffix(r"\z")  # \z from Python 3.14 on
    return re.compile(inner + r"(?:/.*)?\Z", re.DOTALL).match


def _scopes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]
