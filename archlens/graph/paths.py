"""Names of layers and scopes: unique, stable, and numbered only where several can be."""

from __future__ import annotations

__all__ = ["BROKEN", "SCOPE", "Paths"]

SCOPE = -1
BROKEN = -2


class Paths:
    """Every path given out so far: path → index of its node, `SCOPE` for blocks, branches, loops and inputs,
    `BROKEN` for a layer with a fault."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self._counters: dict[str, int] = {}

    def claim(self, path: str) -> bool:
        """Take exactly `path`; False when it is taken."""
        if path in self.taken:
            return False
        self.taken[path] = SCOPE
        return True

    def fresh(self, path: str, numbered: bool) -> str:
        """Take `path`, or the next free `path1`, `path2`, … where `numbered` or taken (then from 2)."""
        if not numbered and self.claim(path):
            return path
        if path[-1:].isdigit():  # `relu6` twice is relu6_1 and relu6_2, not relu61
            path += "_"
        number = self._counters.get(path, 0 if numbered else 1) + 1
        while not self.claim(f"{path}{number}"):
            number += 1
        self._counters[path] = number
        return f"{path}{number}"

    def seek(self, name: str, prefix: str) -> str | None:
        """The path that `name` means in scope `prefix`, searched outward; None when there is none."""
        while True:
            if prefix + name in self.taken:
                return prefix + name
            if not prefix:
                return None
            prefix = prefix[:-1].rpartition("/")[0]
            prefix = prefix + "/" if prefix else ""
