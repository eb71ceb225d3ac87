"""Diagram → a text tree: one line a box, in the order they run, under the stage or block they are in."""

from __future__ import annotations

from archlens.errors import printable, text_width
from archlens.layers.dims import Shape
from archlens.report.diagram.frames import frame_number, inside
from archlens.report.diagram.model import Box, Diagram
from archlens.report.grid import GAP, cut, draw, plain
from archlens.report.numbers import short, size_text

__all__ = ["WIDTH", "tree_text"]

WIDTH = 100
"""Columns of a text tree, where its figures allow."""

_NAME = 32  # columns at most of a name with the branches before it
_WORK = 24  # columns at least of what a box does
_HEADS = ("name", "operation", "output", "params", "MACs")

Row = tuple[str, str, str, str, str]


def tree_text(diagram: Diagram) -> str:
    """The network as text.

    A box reads what the line above it gives unless another name is said. Shapes are said where they change, from what is read or
    from the line above; figures are those of one of the copies that `×` counts.
    """
    rows = _Tree(diagram).rows
    columns = [[head, *[row[place] for row in rows]] for place, head in enumerate(_HEADS)]
    taken = sum([max(map(text_width, column)) + len(GAP) for column in (columns[0], *columns[2:])])
    columns[1] = [cut(text, max(_WORK, WIDTH - taken)) for text in columns[1]]
    lines = draw(columns, [False, False, False, True, True], ["head", *[""] * len(rows)], plain, footer=False)
    return "\n".join([printable(diagram.title), printable(diagram.totals), "", *[line.rstrip() for line in lines]])


class _Tree:
    """rows: texts of every box and frame. last: the box of the line above. tails: by box, those that it reads. shapes: of what it
    reads, and those that their lines say."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.rows: list[Row] = []
        self.last = -1
        self.tails: dict[int, dict[int, None]] = {}
        self.shapes: dict[int, set[Shape]] = {}
        for edge in diagram.edges:
            self.tails.setdefault(edge.head, {})[edge.tail] = None
            self.shapes.setdefault(edge.head, set()).update((edge.shape, diagram.boxes[edge.tail].shape))
        self.inside = inside(diagram)
        self.put(-1, "")

    def put(self, cluster: int, bars: str) -> None:
        """The rows of what is in a frame. bars: what stands before each."""
        items = self.inside[cluster]
        for item in items:
            mark, below = ("├─ ", "│  ") if item != items[-1] else ("└─ ", "   ")
            if cluster < 0:
                mark = below = ""
            if item >= 0:
                self.box(item, bars + mark, bars + below)
            else:
                frame = self.diagram.clusters[frame_number(item)]
                name = self.name(frame.path, cluster)
                label = "" if frame.label == name else frame.label
                self.rows.append((_named(bars + mark, name, frame.times), printable(label), "", "", ""))
                self.put(frame_number(item), bars + below)

    def box(self, number: int, before: str, below: str) -> None:
        """The rows of a box: its own, and one for every other name that it reads."""
        box = self.diagram.boxes[number]
        port = box.kind in ("input", "output")
        known = {self.diagram.boxes[self.last].shape} | self.shapes.get(number, set()) if self.last >= 0 else set()
        shape = size_text(box.shape) if port or known != {box.shape} else ""
        name = self.name(box.path, box.cluster)
        named = box.folded and box.kind == "block" and box.title == name  # the name says the title already
        told = (*(() if named else (box.title,)), *box.folded, *(("frozen",) if box.frozen else ()))
        words = "" if port else " · ".join(told)
        figures = ["shared" if box.shared else short(box.params) if box.params else "", short(box.macs) if box.macs else ""]
        self.rows.append((_named(before, name, box.times), printable(words), shape, figures[0], figures[1]))
        self.rows += [(below.rstrip(), text, "", "", "") for text in self.sources(number, box)]
        self.last = number

    def sources(self, number: int, box: Box) -> list[str]:
        """What it reads beside or instead of the line above."""
        tails = self.tails.get(number, {})
        others = [tail for tail in tails if tail != self.last]
        names = [printable(self.name(self.diagram.boxes[tail].path, box.cluster)) for tail in others]
        beside = len(others) < len(tails)
        return [f"{'+ ' if beside or place else ''}from {name}" for place, name in enumerate(names)]

    def name(self, path: str, cluster: int) -> str:
        """A path as it is called in a frame: without the frame's own, or that of one around it."""
        while cluster >= 0:
            frame = self.diagram.clusters[cluster]
            if path.startswith(f"{frame.path}/"):
                return path[len(frame.path) + 1 :]
            cluster = frame.parent
        return path


def _named(before: str, name: str, times: int) -> str:
    """A name behind its branches, cut at its beginning where it is long."""
    count = f" ×{times}" if times > 1 else ""
    return f"{before}{cut(printable(name), max(8, _NAME - len(before) - len(count)), keep_end=True)}{count}"
