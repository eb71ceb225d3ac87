"""How far a spec may go: layers, lines that make none, scopes inside one another."""

from __future__ import annotations

from archlens.graph.faults import Faults
from archlens.graph.model import Node
from archlens.graph.scope import Frame
from archlens.spec.model import Statement

__all__ = ["Limits", "TooMuch"]

MAX_SCOPES = 100  # blocks, branches and loops inside one another
IDLE_STEPS = 20_000  # what a spec may run beyond three lines for each layer it makes


class TooMuch(Exception):
    """Building cannot go on; why is reported."""


class Limits:
    """Counts what building does. `nodes` grows as the graph does."""

    def __init__(self, nodes: list[Node], max_layers: int, faults: Faults) -> None:
        self.nodes = nodes
        self.max_layers = max_layers
        self.faults = faults
        self.steps = 0

    def tick(self, statement: Statement, frame: Frame, steps: int = 1) -> None:
        """Count steps; stop when the network has become too large, or when too few of them make layers."""
        self.steps += steps
        if len(self.nodes) >= self.max_layers:
            message = f"more than {self.max_layers:,} layers after expansion"
            help = "lower a `repeat`, or raise the limit with --max-layers"
        elif self.steps > IDLE_STEPS + 3 * len(self.nodes):
            message = f"more than {IDLE_STEPS:,} lines run here without making a layer"
            help = "lower a `repeat`, or drop blocks and lines that do nothing"
            if self.faults.found:  # lines with faults make none
                raise TooMuch
        else:
            return
        self.faults.report("ARC141", message, statement.span, frame, help)
        raise TooMuch

    def too_deep(self, statement: Statement, frame: Frame) -> bool:
        """Whether no further scope can be opened; reports it."""
        if frame.depth < MAX_SCOPES:
            return False
        message = f"more than {MAX_SCOPES} blocks, branches and loops inside one another"
        self.faults.report("ARC142", message, statement.span, frame, "flatten the chain of blocks")
        return True
