"""What comparisons, cards and questions are made of: networks of a few lines, changes of shipped ones, sums over their layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.lesson import Cell, Table
from archlens.layers.dims import Shape
from archlens.network import Network, load_text

__all__ = [
    "called",
    "changed",
    "field",
    "macs",
    "network",
    "of_family",
    "output",
    "params",
    "share",
    "spec_size",
    "statistics",
    "table",
    "within",
]


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """A table of rows as they come."""
    return Table(caption, tuple(head), tuple(map(tuple, rows)))


def network(image: str, *lines: str) -> Network:
    """The network whose input is `image`, `3x32x32`, and whose layers are `lines`."""
    return load_text("\n".join(["archlens: 1", f"input: {image}", "layers:", *[f"  - {line}" for line in lines], ""]))


def changed(base: str, change: str) -> Network:
    """The shipped network `base` with what `change` says: further keys of a spec."""
    return load_text(f"archlens: 1\nextends: {base}\n{change}\n")


def within(analysis: Analysis, *scopes: str) -> list[LayerFacts]:
    """The layers at and in these paths."""
    return [layer for layer in analysis.layers if any(f"{layer.path}/".startswith(f"{scope}/") for scope in scopes)]


def of_family(layers: Iterable[LayerFacts], family: str) -> list[LayerFacts]:
    """The layers of one kind: `convolution`, `linear`, `pooling` and so on."""
    return [layer for layer in layers if layer.family == family]


def params(layers: Iterable[LayerFacts]) -> int:
    """Of all together."""
    return sum([layer.params for layer in layers])


def macs(layers: Iterable[LayerFacts]) -> int:
    """Of all together."""
    return sum([layer.macs for layer in layers])


def statistics(layers: Iterable[LayerFacts]) -> int:
    """Means and variances of batch norms, without their counters of batches."""
    return sum([2 * layer.parameter_shapes["weight"][0] for layer in layers if layer.type == "batch_norm"])


def called(analysis: Analysis) -> str:
    """`ResNet-50` where the title would be `ResNet · resnet50`."""
    number = (analysis.variant or "").removeprefix(analysis.name.lower())
    return f"{analysis.name}-{number}" if number.isdecimal() else analysis.title


def output(analysis: Analysis) -> Shape:
    """The shape that comes out, without the batch."""
    (shape,) = analysis.outputs.values()
    return shape[1:]


def field(layer: LayerFacts) -> int:
    """Pixels that its units see along the first axis."""
    assert layer.receptive_field is not None  # it reads the image
    return layer.receptive_field.size[0]


def spec_size(shape: Shape) -> str:
    """A size as a spec writes it: `3x32x32`."""
    return "x".join(map(str, shape))


def share(part: int, whole: int) -> float:
    """In percent."""
    return 100 * part / whole if part else 0
