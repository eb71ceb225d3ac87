"""The figures a whole network can be compared by: what each is called, its value, and how people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor, isfinite, prod
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.analysis.head import Head, head_of
from archlens.report.numbers import bytes_text, each, grouped, percent, ratio, short, size_text, sizes_text
from archlens.report.tables import cell_text

__all__ = ["ACCURACIES", "FIGURES", "Figure", "meta_figure"]


class Figure(NamedTuple):
    """value: the raw fact, None where there is none. text: for people; brief: where room is short.

    number: what the figure is sorted and filtered by, where that is not `value`. about: what it is, for docs and messages.
    """

    name: str
    heading: str
    about: str
    value: Callable[[Analysis], Any]
    text: Callable[[Any], str] = cell_text
    brief: Callable[[Any], str] | None = None
    number: Callable[[Any], Any] | None = None
    numeric: bool = True

    def said(self, analysis: Analysis, briefly: bool = False) -> str:
        """The text for people; empty where there is no such figure."""
        value = self.value(analysis)
        if value is None:
            return ""
        return self.brief(value) if briefly and self.brief else self.text(value)

    def comparable(self, analysis: Analysis) -> Any:
        """What rows are sorted and filtered by; None where there is nothing."""
        value = self.value(analysis)
        return value if value is None or self.number is None else self.number(value)


def _count(name: str, heading: str, about: str, value: Callable[[Analysis], Any]) -> Figure:
    return Figure(name, heading, about, value, grouped, short)


def _bytes(name: str, heading: str, about: str, value: Callable[[Analysis], Any]) -> Figure:
    return Figure(name, heading, about, value, bytes_text)


def _percent(name: str, heading: str, about: str, part: Callable[[Analysis], Any], whole: Callable[[Analysis], int]) -> Figure:
    def value(analysis: Analysis) -> float | None:
        some: int | None = part(analysis)
        if some is None or not whole(analysis):
            return None
        share = 100 * some / whole(analysis)
        return round(share, 4)

    return Figure(name, heading, about, value, _share_text)


def _share_text(value: float) -> str:
    return percent(round(value * 10_000), 1_000_000) or "0\u00a0%"


def _times_text(value: float) -> str:
    return f"{value:.{1 if value < 99.95 else 0}f}\u00a0%"


def _shares() -> list[Figure]:
    """What share of parameters and MACs each family of layers holds."""
    found = []
    for family, said in (
        ("convolution", "conv"),
        ("linear", "fully connected"),
        ("attention", "attention"),
        ("normalization", "norm"),
    ):
        for figure, unit in (("params", "params"), ("macs", "MACs")):
            found.append(
                _percent(
                    f"{family}_{figure}",
                    f"{unit} in {said}",
                    f"share of the {unit} in layers of the family {family}",
                    lambda x, family=family, figure=figure: _in_family(x, family, figure),  # type: ignore[misc]
                    lambda x, figure=figure: getattr(x.totals, figure),  # type: ignore[misc]
                )
            )
    return found


def _in_family(analysis: Analysis, family: str, figure: str) -> int:
    return sum([getattr(layer, figure) for layer in analysis.layers if layer.family == family])


def _sizes(analysis: Analysis, which: str) -> tuple[Any, ...] | None:
    """The shapes of all inputs or outputs, the batch left out."""
    return tuple([shape[1:] for shape in getattr(analysis, which).values()])


def _shapes_text(shapes: tuple[Any, ...]) -> str:
    return ", ".join([sizes_text(shape) or "scalar" for shape in shapes])


def _shapes(which: str) -> Figure:
    return Figure(
        which.removesuffix("s"),
        which.removesuffix("s"),
        f"sizes of the {which}, the batch left out",
        lambda x: _sizes(x, which),
        _shapes_text,
        None,
        lambda shapes: sum(map(prod, shapes)),
        False,
    )


def _covered(analysis: Analysis) -> float | None:
    """The receptive field as a percentage of the input, along the axis where it is least."""
    field, trunk = analysis.totals.receptive_field, analysis.trunk
    if field is None or trunk is None or (reach := analysis.layers[trunk].receptive_field) is None:
        return None
    sizes = analysis.inputs[reach.input][2:]
    least: float = min([a / b for a, b in zip(field, sizes, strict=True)])
    return round(100 * least, 2)


def _of_trunk(analysis: Analysis, part: str) -> tuple[Any, ...] | None:
    """The jump of the layer whose field is the network's, or the size of its map."""
    if analysis.trunk is None:
        return None
    layer = analysis.layers[analysis.trunk]
    if part == "map":
        return layer.output_shapes[0][1:]
    return layer.receptive_field and tuple([float(jump) if jump % 1 else int(jump) for jump in layer.receptive_field.jump])


def _whole_at(analysis: Analysis) -> str | None:
    """The first layer after the last map whose every unit sees the whole of it."""
    return None if analysis.whole_from is None else analysis.layers[analysis.whole_from].path


def _head(analysis: Analysis, part: str) -> Any:
    head = head_of([analysis.layers[number] for number in analysis.way], analysis.inputs)
    return None if head is None else head if part == "all" else getattr(head, part)


def _head_text(head: Head) -> str:
    return f"{head.type} {size_text(head.shape)} → {grouped(head.features)}"


def _training(analysis: Analysis) -> int | None:
    return analysis.training.total_bytes("adam") if analysis.training.possible else None


def meta_figure(name: str) -> Figure:
    """A field of `meta:` as a figure: what a spec states."""

    def value(analysis: Analysis) -> Any:
        found = analysis.meta.get(name)
        return found if found is None or isinstance(found, bool | int | float | str) else str(found)

    return Figure(name, name.replace("_", " "), f"`{name}` of the spec's `meta`", value, _stated, None, None, False)


def _stated(value: Any) -> str:
    return str(value)  # as the spec writes it: 2015


ACCURACIES = {
    "top1": ("top-1 %", "published top-1 accuracy"),
    "miou": ("mIoU %", "published mean intersection over union"),
}
"""Fields of `meta` that stand with their source and images: by name, the heading and what it is."""


def _accuracy(name: str, heading: str, about: str) -> Figure:
    said = f"{about} in percent; the source stands below"
    return meta_figure(name)._replace(heading=heading, numeric=True, about=said, text=_accuracy_text)


def _accuracy_text(value: Any) -> str:
    """To a tenth, halves up as people do it; machines get it as the spec states it."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value):
        return str(value)
    return f"{floor(Fraction(str(value)) * 10 + Fraction(1, 2)) / 10:.1f}"


_FIGURES = (
    Figure("network", "network", "name and variant", lambda x: x.title, str, None, None, False),
    Figure("spec", "spec", "where it was read", lambda x: x.spec, str, None, None, False),
    meta_figure("year")._replace(numeric=True),
    *[_accuracy(name, heading, about) for name, (heading, about) in ACCURACIES.items()],
    _shapes("inputs"),
    _shapes("outputs"),
    _count("params", "params", "learnable values", lambda x: x.totals.params),
    _count("trainable_params", "trainable", "those that are not frozen", lambda x: x.totals.trainable_params),
    _count("buffers", "buffers", "values kept but not learned", lambda x: x.totals.buffers),
    _count("macs", "MACs", "multiply–accumulates", lambda x: x.totals.macs),
    _count("flops", "FLOPs", "operations, policy archlens", lambda x: x.totals.flops),
    _count("activations", "activations", "values that layers put out", lambda x: x.totals.activations),
    _count("layers", "layers", "of every kind", lambda x: len(x.layers)),
    _count("depth", "depth", "weight layers on the longest path", lambda x: x.totals.depth),
    _count("weight_layers", "weight layers", "all of them", lambda x: x.totals.weight_layers),
    _count("paper_depth", "paper's depth", "as the paper counts", lambda x: x.totals.paper_depth),
    Figure("receptive_field", "RF", "receptive field of the last map", lambda x: x.totals.receptive_field, each, None, min),
    Figure("covers", "RF of input", "receptive field in percent of the input", _covered, _times_text),
    Figure("stride", "stride", "input pixels between units of the last map", lambda x: _of_trunk(x, "jump"), each, None, min),
    Figure("last_map", "last map", "its size", lambda x: _of_trunk(x, "map"), sizes_text, None, prod, False),
    Figure("sees_all_at", "sees all at", "first layer after it whose units see the whole map", _whole_at, str, None, None, False),
    Figure("macs_per_param", "MACs/param", "how often a parameter is used", lambda x: x.totals.macs_per_param, ratio),
    Figure("arithmetic_intensity", "FLOPs/byte", "FLOPs per byte moved", lambda x: x.totals.arithmetic_intensity, ratio),
    _bytes("parameter_bytes", "param bytes", "of the parameters", lambda x: x.totals.parameter_bytes),
    _bytes("activation_bytes", "activation bytes", "of all that layers put out", lambda x: x.totals.activation_bytes),
    _bytes("peak_memory", "peak", "most activations alive at once", lambda x: x.totals.peak_activation_bytes),
    _bytes("running_memory", "inference", "parameters, buffers and the peak", lambda x: x.totals.running_bytes),
    _bytes("training_memory", "training, Adam", "an estimate: parameters, gradients, Adam's state, saved activations", _training),
    *_shares(),
    Figure(
        "head", "head", "how the map becomes a vector", lambda x: _head(x, "all"), _head_text, None, lambda h: h.features, False
    ),
    _count("head_params", "head params", "of the layers after that", lambda x: _head(x, "params")),
    _percent("head_share", "of params", "their share", lambda x: _head(x, "params"), lambda x: x.totals.params),
    _count("head_macs", "head MACs", "of the layers after that", lambda x: _head(x, "macs")),
)

FIGURES: Mapping[str, Figure] = {figure.name: figure for figure in _FIGURES}
"""By name, in the order in which messages list them. Fields of `meta` come on top: `meta_figure`."""
