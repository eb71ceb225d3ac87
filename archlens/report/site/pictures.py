"""Charts of several networks: what accuracy costs, and each of them stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from math import isfinite

from archlens.analysis.facts import Analysis
from archlens.analysis.levels import grouped
from archlens.analysis.receptive_field import tensor_fields
from archlens.analysis.trails import reach
from archlens.graph.model import Graph
from archlens.report.fields.growth import DEPTH
from archlens.report.numbers import short
from archlens.report.picture.charts import Axis, Bar, Bubble, Panel, Series, bubble_chart, compact, small_multiples
from archlens.report.site.charts import figure
from archlens.report.site.markup import element

__all__ = ["bubbles", "multiples", "short_names"]

_WIDE = 1000.0


def short_names(analyses: Sequence[Analysis]) -> list[str]:
    """What each is called where all are at hand: of variants of one network what they differ in."""
    variants = [one.variant or "" for one in analyses]
    alike = len({one.name for one in analyses}) == 1 and all(variants) and len({*variants}) == len(analyses)
    return variants if alike else [one.title for one in analyses]


def bubbles(analyses: Sequence[Analysis]) -> str:
    """MACs, accuracy and parameters of those with an accuracy on the same images; else MACs and parameters of all."""
    dataset, rated = _rated(analyses)
    names = short_names(analyses)
    if len(rated) > 1:
        scene = bubble_chart(
            f"Accuracy on {dataset} and what it costs" if dataset else "Accuracy and what it costs",
            [
                Bubble(name, one.totals.macs, float(one.meta["top1"]), one.totals.params, "", "", {"layers": str(place)})
                for place, (name, one) in enumerate(zip(names, analyses, strict=True))
                if any(one is other for other in rated)
            ],
            Axis("MACs", log=True, text=compact),
            Axis("top-1 accuracy, %", zero=False),
            size_label="parameters",
            width=_WIDE,
            height=480,
        )
        left = [name for name, one in zip(names, analyses, strict=True) if not any(one is other for other in rated)]
        words = f"Without an accuracy on the same images, and so not drawn: {', '.join(left)}" if left else ""
        return figure(scene, words)
    scene = bubble_chart(
        "Parameters and MACs",
        [
            Bubble(name, one.totals.macs, one.totals.params, one.totals.peak_activation_bytes, "", "", {"layers": str(place)})
            for place, (name, one) in enumerate(zip(names, analyses, strict=True))
            if one.totals.macs and one.totals.params
        ],
        Axis("MACs", log=True, text=compact),
        Axis("parameters", log=True, text=compact),
        size_label="peak memory",
        size_text=lambda value: compact(value, "B"),
        width=_WIDE,
        height=480,
    )
    return figure(scene, "")


def _rated(analyses: Sequence[Analysis]) -> tuple[str, list[Analysis]]:
    """The images on which most have an accuracy, and those that have one."""
    found: dict[str, list[Analysis]] = {}
    for one in analyses:
        accuracy = one.meta.get("top1")
        told = isinstance(accuracy, int | float) and not isinstance(accuracy, bool) and isfinite(accuracy)
        if told and one.totals.macs and one.totals.params:
            found.setdefault(str(one.meta.get("dataset", "")), []).append(one)
    return max(found.items(), key=lambda item: len(item[1]), default=("", []))


def multiples(networks: Sequence[tuple[Graph, Analysis]]) -> str:
    """Little charts of each: shares of parameters and MACs by stage, and how the receptive field grows."""
    analyses = [analysis for _, analysis in networks]
    found = [
        _stages("Parameters by stage", analyses, "params"),
        _stages("MACs by stage", analyses, "macs"),
        _growth(networks),
    ]
    return element("div", "".join([one for one in found if one]), 'class="charts one"')


def _stages(title: str, analyses: Sequence[Analysis], name: str) -> str:
    panels = _merged(
        [
            (called, tuple([(bar.name, bar.tooltip) for bar in bars]), Panel("", (), bars))
            for called, one in zip(short_names(analyses), analyses, strict=True)
            if (bars := _bars(one, name) if getattr(one.totals, name) else ())
        ]
    )
    if not panels:
        return ""
    scene = small_multiples(
        title,
        panels,
        Axis("stages that hold any, in order", whole=True),
        Axis("% of the network"),
        columns=_across(panels),
        width=_WIDE,
    )
    return figure(scene, "")


def _bars(analysis: Analysis, name: str) -> tuple[Bar, ...]:
    """A bar for each stage, and for each layer that stands alone, that holds any."""
    whole: int = getattr(analysis.totals, name)
    value: Callable[[object], int] = lambda one: getattr(one, name)  # noqa: E731
    return tuple(
        [
            Bar(one.path, 100 * value(one) / whole, "series0", "", f"{one.path}: {short(value(one))}")
            for one in grouped(analysis.layers, "stage")
            if value(one)
        ]
    )


def _merged(found: Iterable[tuple[str, Hashable, Panel]]) -> list[Panel]:
    """Those that show the same as one.

    found: what each network is called, what is the same where panels are, and
    its panel, whose title follows the name.
    """
    alike: dict[Hashable, tuple[Panel, list[str]]] = {}
    for name, shown, panel in found:
        alike.setdefault(shown, (panel, []))[1].append(name)
    return [
        panel._replace(
            title=(name if not more else f"{name} and {len(more)} more") + panel.title, tooltip=", ".join([name, *more])
        )
        for panel, (name, *more) in alike.values()
    ]


def _growth(networks: Sequence[tuple[Graph, Analysis]]) -> str:
    found, units = [], set()
    for name, (graph, analysis) in zip(short_names([one for _, one in networks]), networks, strict=True):
        way = None if analysis.trunk is None else reach(graph, analysis.trunk, tensor_fields(graph))
        if way is not None and way.steps:
            fields = [1, *[max(step.after.size) for step in way.steps]]
            series = Series(name, tuple([(float(x), float(y)) for x, y in enumerate(fields)]), step=True, dashed=False)
            found.append((name, tuple(fields), Panel(f": {fields[-1]:,}", (series,))))
            units.add("samples" if len(graph.shapes[graph.inputs[way.input]]) == 3 else "px")
    panels = _merged(found)
    if all(len(fields) <= 2 for _, fields, _ in found):  # one step each: the table says as much
        return ""
    scene = small_multiples(
        "Growth of the receptive field",
        panels,
        DEPTH,
        Axis(f"receptive field, {' or '.join(sorted(units))}", log=True, text=compact),
        columns=_across(panels),
        width=_WIDE,
    )
    return figure(scene, "")


def _across(panels: Sequence[Panel]) -> int:
    return min(4, max(2, len(panels)))
