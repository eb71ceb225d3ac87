"""What is settled once all layers stand: the outputs, and which layers are frozen."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from archlens.errors import did_you_mean
from archlens.graph.faults import Faults
from archlens.graph.model import Allowance, Node
from archlens.graph.scope import Frame
from archlens.spec.model import Allow, Statement, Word

__all__ = ["allowed", "frozen", "losses", "outputs"]

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
            _matches_nothing(word, glob, paths, top, faults)
        decided.update(dict.fromkeys(matched, word))
    still = {path for path, word in decided.items() if not word.text.startswith("!")}
    for node in nodes if still else ():
        if node.path in still and node.owner not in still:
            word = decided[node.path]
            message = f"`{word.text}` freezes {node.path}, whose weights are those of {node.owner}, which is trained"
            faults.report("ARC134", message, word.span, top, f"freeze `{node.owner}`; both are frozen then")
    return still


def losses(pairs: Sequence[tuple[str, Word]], outputs: Mapping[str, int], top: Frame, faults: Faults) -> dict[str, str]:
    """What each output is trained with, as far as `loss:` says."""
    found: dict[str, str] = {}
    for name, word in pairs:
        if name and name not in outputs:
            help = did_you_mean(name, outputs)
            faults.report("ARC134", f"a loss for `{name}`, but no output is called that", word.span, top, help)
        found.update(dict.fromkeys([name] if name else outputs, word.text))
    return found


def allowed(
    whole: Sequence[Allow], beside: Sequence[tuple[Statement, int, int]], nodes: Sequence[Node], top: Frame, faults: Faults
) -> tuple[Allowance, ...]:
    """What `allow:` says, the paths of layers settled; of those about one layer the nearest stands last.

    beside: lines that have one, each behind those within it, with the number of its first layer and that after its last.
    """
    paths = [node.path for node in nodes]
    found = [Allowance(allow.rule, None, allow.reason, allow.span) for allow in whole if not allow.layers]
    for allow in whole:
        if not allow.layers:
            continue
        matched: set[str] = set()
        for word in allow.layers:
            these = [path for path in paths if _matcher(word.text)(path)]
            if not these:
                _matches_nothing(word, word.text, paths, top, faults)
            matched.update(these)
        found.append(Allowance(allow.rule, frozenset(matched), allow.reason, allow.span))
    inside: dict[Allow, set[str]] = {}
    for statement, first, end in sorted(beside, key=lambda line: (-line[1], line[2]))[::-1]:  # from the outermost in
        for allow in statement.allow:
            inside.setdefault(allow, set()).update(paths[first:end])
    found += [Allowance(allow.rule, frozenset(these), allow.reason, allow.span) for allow, these in inside.items()]
    return tuple(found)


def _matches_nothing(word: Word, glob: str, paths: Iterable[str], top: Frame, faults: Faults) -> None:
    """Report a pattern that matches no layer."""
    scopes = dict.fromkeys(part for path in paths for part in _scopes(path))
    help = did_you_mean(glob, scopes) or "patterns are globs over layer paths, as `archlens analyze` shows them"
    faults.report("ARC134", f"`{word.text}` matches no layer", word.span, top, help)


def _matcher(glob: str) -> Callable[[str], object]:
    """What tells whether a path, or a scope around it, matches `glob`."""
    inner = fnmatch.translate(glob).removesuffix(r"\Z").removesuffix(r"\z")  # \z from Python 3.14 on
    return re.compile(inner + r"(?:/.*)?\Z", re.DOTALL).match


def _scopes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]
