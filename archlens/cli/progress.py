"""One line on stderr while a run takes longer than a second, gone when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from archlens.cli.shared import width
from archlens.errors import printable
from archlens.report.grid import cut

__all__ = ["Progress"]

PATIENCE = 1.0
"""Seconds before anything is shown."""


class Progress:
    """What is being done, for a person who waits: nothing before a run has taken a second. stream: a terminal.

    No thread: the clock is read where a step begins, so a step that is slow by itself shows when it was slow before it.
    """

    def __init__(self, stream: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream
        self.clock = clock
        self.start = clock()

    @contextmanager
    def shown(self, text: str) -> Iterator[None]:
        """Show `text` during a step, and clear the line however the step ends."""
        if self.clock() - self.start < PATIENCE:
            yield
            return
        self._write(f"\r\x1b[2K{cut(printable(text), width() - 1)}")
        try:
            yield
        finally:
            self._write("\r\x1b[2K")

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()
