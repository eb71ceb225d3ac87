"""What a rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from archlens.errors import Diagnostic, Severity, Span
from archlens.graph.model import Allowance, Node
from archlens.records import NamedTuple

if TYPE_CHECKING:
    from archlens.rules.subject import Subject

__all__ = ["FOLDERS", "Check", "Finding", "Found", "Rule"]


class Finding(NamedTuple):
    """What a rule has found at one place.

    message: what is wrong, with its figures; the layer's path is put before it. node: the layer it is about, None where it is
    about the network. label: what stands under the carets. help: what to write instead. related: other layers worth seeing, and
    what they are. span: where to point if not at the line of `node`. severity: where it differs from the rule's.
    """

    message: str
    node: Node | None = None
    help: str = ""
    label: str = ""
    related: tuple[tuple[Node, str], ...] = ()
    span: Span | None = None
    severity: Severity | None = None


FOLDERS = {"ARC5": "waste", "ARC6": "capacity", "ARC7": "speed"}
"""Where the rules of archlens stand: computation that is wasted or means nothing, capacity and resolution, speed."""

Check = Callable[["Subject"], Iterator[Finding]]


class Rule(NamedTuple):
    """A design rule.

    code: `ARC` and three digits, of which the first says what it is about (`FOLDERS`), or a third party's own letters and digits.
    name: what people call it, in small letters with hyphens. severity: what a finding is by default. on: whether it runs unless
    deselected. types: layer types of which one must be there for it to find anything, empty for any network. written: its check
    and its manual (Markdown, the first line a summary), for a rule of a third party; those of archlens are a module of its folder
    called as the rule, `_` for `-`.

    >>> Rule("LAB001", "no-tanh", "warning", True, ("tanh",), (check, "No tanh.")).name
    'no-tanh'
    """

    code: str
    name: str
    severity: Severity
    on: bool = True
    types: tuple[str, ...] = ()
    written: tuple[Check, str] | None = None

    @property
    def check(self) -> Check:
        """Gives the findings of a network, in the order of its layers."""
        if self.written:
            return self.written[0]
        check: Check = self._module().check
        return check

    @property
    def manual(self) -> str:
        """What it does, why, an example, what to write instead, and where that is from."""
        return self.written[1] if self.written else str(self._module().__doc__)

    @property
    def summary(self) -> str:
        """The first line of the manual."""
        return self.manual.strip().split("\n", 1)[0]

    def _module(self) -> Any:
        return import_module(f"archlens.rules.{FOLDERS[self.code[:4]]}.{self.name.replace('-', '_')}")


class Found(NamedTuple):
    """Findings of one rule at one place of a spec: a line in a block is one, however often the block is used.

    layers: paths of those it is about, in order; empty where it is about the network. allowed: what lets the rule be broken
    here, None for a finding that counts.
    """

    diagnostic: Diagnostic
    rule: str
    layers: tuple[str, ...]
    allowed: Allowance | None = None
