"""Charts of several networks: what accuracy costs, and each of them stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite

from archlens.analysis.facts import Analysis
from archlens.analysis.levels import grouped
from archlens.analysis.receptive_field import tensor_fields
from archlens.analysis.trails import reach
from archlens.graph.model import Graph
from archlens.report.numbers import short
from archlens.report.picture.charts import Axis, Bar, Bubble, Panel, Series, bubble_chart, compact, small_multiples
from archlens.report.site.charts import figure
from archlens.report.site.markup import element

__all__ = ["bubbles", "multiples"]

_WIDE = 1000.0


def bubbles(analyses: Sequence[Analysis]) -> str:
    """MACs, accuracy and parameters of those with an accuracy on the same images; else MACs and parameters of all."""
    dataset, rated = _rated(analyses)
    if len(rated) > 1:
        scene = bubble_chart(
            f"Accuracy on {dataset} and what it costs" if dataset else "Accuracy and what it costs",
            [
                Bubble(one.title, one.totals.macs, float(one.meta["top1"]), one.totals.params, "", "", _place(analyses, one))
                for one in rated
            ],
            Axis("MACs", log=True, text=compact),
            Axis("top-1 accuracy, %", zero=False),
            size_label="parameters",
            width=_WIDE,
            height=480,
        )
        left = [one.title for one in analyses if not any(one is other for other in rated)]
        words = f"Without an accuracy on the same images, and so not drawn: {', '.join(left)}" if left else ""
        return figure(scene, words)
    scene = bubble_chart(
        "Parameters and MACs",
        [
            Bubble(one.title, one.totals.macs, one.totals.params, one.totals.peak_activation_bytes, "", "", _place(analyses, one))
            for one in analyses
            if one.totals.macs and one.totals.params
        ],
        Axis("MACs", log=True, text=compact),
        Axis("parameters", log=True, text=compact),
        size_label="peak memory, bytes",
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


def _place(analyses: Sequence[Analysis], one: Analysis) -> dict[str, str]:
    return {"layers": str(next(place for place, other in enumerate(analyses) if other is one))}


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
    panels = [Panel(one.title, (), _bars(one, name), one.title) for one in analyses if getattr(one.totals, name)]
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


def _growth(networks: Sequence[tuple[Graph, Analysis]]) -> str:
    panels = []
    for graph, analysis in networks:
        way = None if analysis.trunk is None else reach(graph, analysis.trunk, tensor_fields(graph))
        if way is not None and way.steps:
            fields = [1, *[max(step.after.size) for step in way.steps]]
            series = Series(analysis.title, tuple([(float(x), float(y)) for x, y in enumerate(fields)]), step=True, dashed=False)
            panels.append(Panel(f"{analysis.title}: {fields[-1]}", (series,), (), analysis.title))
    if not panels:
        return ""
    scene = small_multiples(
        "Growth of the receptive field",
        panels,
        Axis("layers that move a window, in order", whole=True),
        Axis("pixels", log=True, text=compact),
        columns=_across(panels),
        width=_WIDE,
    )
    return figure(scene, "")


def _across(panels: Sequence[Panel]) -> int:
    return min(4, max(2, len(panels)))
