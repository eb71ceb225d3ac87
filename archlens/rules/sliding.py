"""Windows as rules ask about them: where they lie on the map, where beside it, and what they leave unread.

Along an axis of `size` cells, tap i of the window at place u lies on cell u·S - P_low + i·D; cells outside 0..size-1 are padding.
Everything here follows from that in whole numbers, without a walk over the places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import gcd
from typing import TYPE_CHECKING, TypeVar

from archlens.graph.model import Node
from archlens.layers.base import Layer
from archlens.layers.dims import Shape, axis_names, prod
from archlens.layers.sliding import Sliding
from archlens.records import NamedTuple

if TYPE_CHECKING:
    from archlens.rules.subject import Subject

__all__ = [
    "WIDEST",
    "Elsewhere",
    "Slid",
    "Windows",
    "along",
    "asked",
    "by",
    "each",
    "padding_text",
    "pixels",
    "read_elsewhere",
    "short",
    "sliding_layers",
    "some",
    "times",
]

T = TypeVar("T")
WIDEST = 10_000
"""Taps along an axis, or cells of a stride; a wider window is not looked at."""


class Slid(NamedTuple):
    """A window along one axis of `size` cells; it takes `places` places."""

    name: str
    size: int
    kernel: int
    stride: int
    low: int
    high: int
    dilation: int
    places: int

    @property
    def span(self) -> int:
        """Cells from its first tap to its last: D·(K-1) + 1."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def last(self) -> int:
        """The cell under the last tap at the last place."""
        return (self.places - 1) * self.stride - self.low + self.span - 1

    def on_map(self) -> list[tuple[int, int]]:
        """For each tap the first and the last place at which it lies on the map; the first after the last where there is none."""
        found = []
        for tap in range(self.kernel):
            offset = self.low - tap * self.dilation  # place u lies on cell u·S - offset
            found.append((max(0, -(-offset // self.stride)), min(self.places - 1, (offset + self.size - 1) // self.stride)))
        return found

    @property
    def alive(self) -> tuple[int, ...]:
        """The taps that lie on the map at one place at least."""
        return tuple([tap for tap, (first, last) in enumerate(self.on_map()) if first <= last])

    @property
    def blind(self) -> int:
        """Places at which no tap lies on the map."""
        seeing, end = 0, -1
        for first, last in sorted(self.on_map()):
            seeing += max(0, last - max(first, end + 1) + 1)
            end = max(end, last)
        return self.places - seeing

    @property
    def skips(self) -> int:
        """Of every `stride` neighbouring cells those that no place reads: S - min(K, S / gcd(S, D)).

        0 for a single place whose window goes to the end of the map, or is dilated.
        """
        if self.places == 1 and (self.last >= self.size - 1 or self.dilation > 1):
            return 0
        return self.stride - min(self.kernel, self.stride // gcd(self.stride, self.dilation))

    @property
    def dropped(self) -> int:
        """Cells behind the last tap that further places would read and none does; S - 1 at most."""
        first = max(0, self.last + 1)  # fewer than S cells from here on
        offsets = {(tap * self.dilation - self.low - first) % self.stride for tap in range(min(self.kernel, self.stride))}
        return sum([first + offset < self.size for offset in offsets])


class Windows:
    """How all layers that are equal and read equal maps move their windows: one object for all of them.

    axes: along each spatial axis.
    """

    __slots__ = ("axes", "layer", "shape")

    def __init__(self, layer: Sliding, shape: Shape) -> None:
        names = axis_names(len(shape) - 2)
        places = layer.output_shapes(shape)[0][2:]
        self.layer: Layer = layer
        self.shape = shape
        self.axes = tuple([Slid(name, *slide, o) for name, slide, o in zip(names, layer.slides(shape), places, strict=True)])

    @property
    def zeros(self) -> bool:
        """Whether there is nothing of the map in its padding."""
        return getattr(self.layer, "padding_mode", "zeros") == "zeros"

    @property
    def places(self) -> int:
        """Places of the window on the whole map."""
        return prod([axis.places for axis in self.axes])

    @property
    def blind(self) -> int:
        """Places of the window that see no cell of the map."""
        return self.places - prod([axis.places - axis.blind for axis in self.axes])


def sliding_layers(nodes: Sequence[Node]) -> dict[Windows, list[Node]]:
    """The layers that slide a window over a map, by their windows, in order of the first of each kind."""
    known: dict[tuple[Layer, tuple[Shape, ...]], Windows] = {}
    found: dict[Windows, list[Node]] = {}
    for node in nodes:
        if isinstance(node.layer, Sliding) and _is_narrow(node.layer):
            key = node.layer, node.input_shapes
            windows = known.get(key)
            if windows is None:
                windows = known[key] = Windows(node.layer, node.input_shapes[0])
                found[windows] = []
            found[windows].append(node)
    return found


def _is_narrow(layer: Sliding) -> bool:
    kernel = layer.arguments["kernel_size"]
    return not any(taps > WIDEST for taps in (kernel if isinstance(kernel, tuple) else (kernel,)))


def asked(subject: Subject, question: Callable[[Windows], T | None]) -> Iterator[tuple[Node, Windows, T]]:
    """The layers for whose windows the answer is something, in order, each kind of window asked once."""
    answers = {windows: answer for windows in subject.sliding if (answer := question(windows))}
    found = [(subject.numbers[node.path], windows) for windows in answers for node in subject.sliding[windows]]
    for number, windows in sorted(found, key=lambda one: one[0]):
        yield subject.nodes[number], windows, answers[windows]


class Elsewhere(NamedTuple):
    """Where a map is read whole beside a layer: said in words, and the layer to point at, if it is one."""

    words: str
    related: tuple[tuple[Node, str], ...]


def read_elsewhere(subject: Subject, node: Node, is_whole: Callable[[Windows], bool]) -> Elsewhere | None:
    """What else takes the map that a layer reads, all of it as far as `is_whole` says of windows; None where nothing does.

    Layers without windows read all that comes to them, and what the network puts out is not lost.
    """
    for other in subject.readers(node.inputs[0]):
        windows = subject.windows.get(other.path)
        if other.path != node.path and (windows is None or is_whole(windows)):
            return Elsewhere(f"{other.path} reads all of it", ((other, "reads all of the map"),))
    return Elsewhere("the network puts all of it out", ()) if node.inputs[0] in subject.outputs else None


def pixels(subject: Subject, node: Node, cells: Sequence[int]) -> str:
    """About how large an input gives the map that a layer reads so many cells; empty where that cannot be said.

    For map sizes along each axis, `about 64×64 pixels at its total stride of 32`.
    """
    field = subject.field_of(node.inputs[0])
    if field is None or any(field.whole) or len(field.jump) != len(cells) or set(field.jump) == {1}:
        return ""
    size = times([round(count * jump) for count, jump in zip(cells, field.jump, strict=True)])
    return f"about {size} pixels of input at a total stride of {each(field.jump)}"


def some(count: float, what: str) -> str:
    """`1 cell`, `0.5 pixels`."""
    return f"{count:g} {what}{'' if count == 1 else 's'}"


def along(names: Sequence[str], rank: int) -> str:
    """`along depth, height and width`, `along its length` for the one axis of a sequence."""
    *others, last = names
    return "along its length" if rank == 1 else f"along {', '.join(others)} and {last}" if others else f"along {last}"


def by(sizes: Sequence[object]) -> str:
    """Sizes as the shorthand writes them: `3x3`, `7` for the one axis of a sequence."""
    return "x".join(map(str, sizes))


def short(sizes: Sequence[object]) -> str:
    """As `by`, but one for all axes where they agree, as the shorthand may be: `2`."""
    return str(sizes[0]) if len({*sizes}) == 1 else by(sizes)


def times(sizes: Sequence[object]) -> str:
    """Sizes as people read them: `3×3`."""
    return "×".join(map(str, sizes))


def each(sizes: Sequence[object]) -> str:
    """As `times`, but one where all axes agree: `2`."""
    return str(sizes[0]) if len({*sizes}) == 1 else times(sizes)


def padding_text(pairs: Sequence[tuple[int, int]]) -> str:
    """(low, high) per axis as the shorthand writes them: `padding=1`, `padding=0x1`, `padding=[[0, 1], [0, 1]]`."""
    if all(low == high for low, high in pairs):
        return f"padding={short([low for low, _ in pairs])}"
    return f"padding={[list(pair) for pair in pairs]}"
