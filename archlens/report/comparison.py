"""Networks side by side: which figures, of which networks, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from archlens.analysis.facts import Analysis
from archlens.errors import UsageError, closest, did_you_mean
from archlens.report.figures import FIGURES, Figure, meta_figure
from archlens.report.numbers import sizes_text
from archlens.spec.expressions import Expression, ExpressionError, parse_expression
from archlens.spec.scalars import figure

__all__ = ["DEFAULT", "PRESETS", "Comparison", "Preset", "compared", "preset_named"]

DEFAULT = ("network", "params", "macs", "depth", "receptive_field", "activations", "peak_memory", "top1")
"""The columns where none are asked for."""


class Preset(NamedTuple):
    """A table that is asked for by name. specs: those it is about where none are named."""

    about: str
    columns: tuple[str, ...]
    sort: str
    ascending: bool
    specs: tuple[str, ...]


_CLASSIFIERS = (
    *("alexnet", "vgg16", "googlenet", "inception_v3", "resnet18", "resnet50", "resnet152", "squeezenet1_1", "densenet121"),
    *("mobilenet_v2", "efficientnet_b0", "convnext_tiny", "deit_tiny", "vit_b16"),
)
_LINEAGE = ("lenet5_1998", "alexnet_2012", "vgg16", "vgg19", "googlenet_2014", "resnet50", "resnet152")

PRESETS = {
    "lineage": Preset(
        "from LeNet to ResNet: what each brought, how deep, how large",
        ("network", "year", "params", "macs", "paper_depth", "depth", "receptive_field", "key_idea"),
        "year",
        True,
        _LINEAGE,
    ),
    "efficiency": Preset(
        "what the accuracy costs: parameters, MACs, how often each parameter is used",
        ("network", "year", "params", "macs", "macs_per_param", "arithmetic_intensity", "top1"),
        "macs",
        True,
        _CLASSIFIERS,
    ),
    "memory": Preset(
        "bytes: of the weights, at the peak of an inference, in training",
        ("network", "parameter_bytes", "activation_bytes", "peak_memory", "running_memory", "training_memory"),
        "training_memory",
        False,
        _CLASSIFIERS,
    ),
    "reach": Preset(
        "how much of the input the last map sees, and how coarse it is",
        ("network", "input", "receptive_field", "covers", "stride", "last_map", "sees_all_at"),
        "receptive_field",
        False,
        (*_LINEAGE, "resnet18", "mobilenet_v1", "mobilenet_v2", "densenet121", "convnext_tiny", "darknet53"),
    ),
    "heads": Preset(
        "how the map becomes a vector, and what the classifier after it costs",
        ("network", "head", "head_params", "head_share", "head_macs", "params"),
        "head_params",
        False,
        _CLASSIFIERS,
    ),
}
"""By name."""


class Comparison(NamedTuple):
    """analyses: those that are shown, in order. notes: what was left out, and why. title: in one line."""

    title: str
    figures: tuple[Figure, ...]
    analyses: tuple[Analysis, ...]
    notes: tuple[str, ...]

    def render(self, form: str = "table", width: int = 120) -> str:
        """As text: `table`, `markdown`, `csv`, `json`, `latex` or `html`; width: of a table."""
        from archlens.report.compare import render_comparison

        return render_comparison(self, form, width)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.render("html")

    def __repr__(self) -> str:
        return self.render()


def preset_named(name: str) -> Preset:
    """Raises UsageError for a name there is none of."""
    if name not in PRESETS:
        raise UsageError(f"no preset is called `{name}`; {did_you_mean(name, PRESETS)}")
    return PRESETS[name]


def compared(
    analyses: Sequence[Analysis],
    columns: Sequence[str] | None = None,
    sort: str | None = None,
    ascending: bool = False,
    where: str | None = None,
    preset: str | None = None,
) -> Comparison:
    """The comparison that these words ask for.

    columns: figures and fields of `meta`. sort: one of them; numbers descending unless `ascending`, texts
    ascending. where: a condition on them, as `year < 2016 and params < 30M`. What is asked for beside a preset goes before it.
    Raises UsageError for a name there is none of, a condition that is none, and an order that there cannot be.
    """
    chosen = preset_named(preset) if preset else None
    known = _known(analyses)
    if columns is not None and not columns:
        raise UsageError(f"no column is named; there are {', '.join(known)}")
    figures = tuple([_named(name, known) for name in columns or (chosen.columns if chosen else DEFAULT)])
    kept, notes = _kept(analyses, where, known)
    if sort is not None:
        kept = _sorted(kept, _named(sort, known), ascending)
    elif chosen:
        kept = _sorted(kept, _named(chosen.sort, known), ascending or chosen.ascending)
    return Comparison(chosen.about if chosen else "networks compared", figures, tuple(kept), tuple(notes))


def _known(analyses: Iterable[Analysis]) -> dict[str, Figure]:
    """Every figure, and every field of the `meta` of one of the networks; figures come first."""
    stated = {"key_idea", *(str(key) for analysis in analyses for key in analysis.meta)}
    return {**FIGURES, **{name: meta_figure(name) for name in sorted(stated - {*FIGURES})}}


def _named(name: str, known: Mapping[str, Figure]) -> Figure:
    """By name or heading, however it is written."""
    by_heading = {one.heading.lower(): one for one in reversed([*known.values()])}
    word = name.lower()
    found = known.get(name) or known.get(word.replace("-", "_")) or by_heading.get(word)
    if found is None:
        near = closest(name, [*known, *by_heading])
        cure = f"did you mean `{(known.get(near) or by_heading[near]).name}`?" if near else f"there are {', '.join(known)}"
        raise UsageError(f"no column is called `{name}`; {cure}")
    return found


# ---- where ----

_AMOUNT = re.compile(r"(?<![\w.])([0-9][0-9_.]*(?:[kMGTP](?:i?B)?))(?!\w)")


def _kept(analyses: Sequence[Analysis], where: str | None, known: Mapping[str, Figure]) -> tuple[list[Analysis], list[str]]:
    """The networks that meet the condition, and how many lack what it asks for."""
    if where is None:
        return list(analyses), []
    condition = _condition(where, known)
    kept: list[Analysis] = []
    lacking: dict[str, list[str]] = {}
    for analysis in analyses:
        env = {name: known[name].comparable(analysis) for name in condition.names}
        missing = next((name for name in sorted(env) if env[name] is None), None)
        if missing:
            lacking.setdefault(missing, []).append(analysis.title)
            continue
        try:
            met = condition.evaluate(env)
        except ExpressionError as error:
            raise UsageError(f"where {where}: {error.message} ({analysis.title})") from None
        if not isinstance(met, bool):
            raise UsageError(f"where {where}: this is no condition but {met!r}; compare it with something: `params < 30M`")
        if met:
            kept.append(analysis)
    return kept, [f"left out, without `{name}`: {', '.join(titles)}" for name, titles in lacking.items()]


def _condition(where: str, known: Mapping[str, Figure]) -> Expression:
    """The condition as an expression: arithmetic on figures, never evaluated by Python."""
    text = _AMOUNT.sub(_spelled_out, where.strip())
    try:
        condition = parse_expression(text)
    except ExpressionError as error:
        raise UsageError(f"where {where}: {error.message}{f'; {error.help}' if error.help else ''}") from None
    for name in sorted(condition.names):
        if name not in known:
            near = closest(name, known)
            cure = f"did you mean `{near}`?" if near else f'a text stands in quotes: "{name}"'
            raise UsageError(f"where {where}: no figure is called `{name}`; {cure}")
    return condition


def _spelled_out(amount: re.Match[str]) -> str:
    """`30M` as 30000000."""
    found = figure(amount[1])
    return amount[1] if found is None else str(found.value)


# ---- sort ----


def _sorted(analyses: list[Analysis], by: Figure, ascending: bool) -> list[Analysis]:
    """Numbers descending unless `ascending`, texts ascending; networks without the figure come last."""
    told = [(by.comparable(analysis), analysis) for analysis in analyses]
    have = [(value, analysis) for value, analysis in told if value is not None]
    texts = [(value, analysis) for value, analysis in have if isinstance(value, str)]
    if texts and len(texts) < len(have):
        (text, of), (number, other) = texts[0], next(pair for pair in have if not isinstance(pair[0], str))
        raise UsageError(
            f"`{by.name}` is a text for {of.title} ({text!r}) and a number for {other.title} ({number}), which have no order"
        )
    have.sort(key=lambda pair: pair[0], reverse=not ascending and not texts)
    return [*[analysis for _, analysis in have], *[analysis for value, analysis in told if value is None]]


def raw(value: Any) -> Any:
    """A figure as a machine reads it: sizes as a spec writes them."""
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join([raw(one) for one in value])
    return sizes_text(value, "x") if isinstance(value, tuple) else value
