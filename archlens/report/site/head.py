"""The beginning of the page of one network: what it is, its key facts, what was found, where it is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archlens.analysis.facts import Analysis
from archlens.analysis.levels import families
from archlens.layers.dims import Shape
from archlens.report.figures import ACCURACIES, FIGURES
from archlens.report.numbers import bytes_text, grouped, percent, short, size_text
from archlens.report.picture.themes import family_role
from archlens.report.site.markup import coded, element, facts_list, html_text, listed, unbroken
from archlens.report.site.source import file_name
from archlens.report.summary import Fact, expectation_text, facts, misalignment_texts

__all__ = ["about", "cards", "findings", "flow", "shares"]

_LARGE = ("params", "MACs", "FLOPs", "depth", "receptive field", "peak memory")
_ELSEWHERE = ("key_idea", "depth", "source", *ACCURACIES)


def flow(analysis: Analysis) -> str:
    """`3×224×224 → 1000`, as HTML."""
    batch = f" <small>batch of {grouped(analysis.batch)}</small>" if analysis.batch != 1 else ""
    return f"{_shapes(analysis.inputs)} <b>→</b> {_shapes(analysis.outputs)}{batch}"


def _shapes(named: Mapping[str, Shape]) -> str:
    several = len(named) > 1
    return html_text(", ".join([f"{name} {size_text(shape)}" if several else size_text(shape) for name, shape in named.items()]))


def cards(analysis: Analysis) -> str:
    """The totals: the most asked for large, the others smaller below."""
    told = {fact.label: fact for fact in (*facts(analysis), _peak(analysis))}
    large = [_card(told.pop(name)) for name in _LARGE if name in told]
    small = [_card(fact) for fact in told.values()]
    return element("dl", "".join(large), 'class="cards"') + element("dl", "".join(small), 'class="cards small"')


def _peak(analysis: Analysis) -> Fact:
    last = "/".join((analysis.peak.layer or "").split("/")[-2:])
    when = f"of activations, at {last}" if analysis.peak.layer else "of activations, before the first layer"
    inference = bytes_text(analysis.totals.running_bytes)
    return Fact("peak memory", bytes_text(analysis.peak.bytes), f"{when}; {inference} with parameters and buffers")


def _card(fact: Fact) -> str:
    figure, comment = fact.figure, fact.comment
    exact = figure.replace(",", "")
    if exact.isdigit():
        rounded = short(int(exact))
        comment = comment.removeprefix(rounded).removeprefix(",").strip()
        if rounded != figure:  # the exact figure goes below
            figure, comment = rounded, "; ".join([figure, *([comment] if comment else [])])
    said = f"<b>{html_text(figure)}</b> <small>{unbroken(coded(comment))}</small>"
    return f"<div><dt>{html_text(fact.label)}</dt><dd>{said}</dd></div>"


def shares(analysis: Analysis) -> str:
    """Which families of layers hold the parameters and the MACs, as bars with their legends."""
    groups = families(analysis.layers)
    rows = []
    for name, label in (("params", "params"), ("macs", "MACs")):
        whole = getattr(analysis.totals, name)
        parts = sorted([(getattr(one, name), one.path) for one in groups if getattr(one, name)], key=lambda part: -part[0])
        if parts:
            told = [
                f'<li><i style="background:var(--{family_role(family)}-edge)"></i>{html_text(family)} '
                f"<b>{html_text(percent(part, whole))}</b></li>"
                for part, family in parts
            ]
            bar = "".join(
                [
                    f'<i style="flex:{part / whole:.6f};background:var(--{family_role(family)}-edge)"></i>'
                    for part, family in parts
                ]
            )
            shown = f'<div class="bar" aria-hidden="true">{bar}</div>{element("ul", "".join(told))}'
            rows.append(f"<div><dt>{label} by family</dt><dd>{shown}</dd></div>")
    return element("dl", "".join(rows), 'class="shares"') if rows else ""


def findings(analysis: Analysis) -> str:
    """Expectations met and missed, notes, joins whose paths are misaligned; nothing where there is nothing to say."""
    missed = [f'<span class="bad">{html_text(expectation_text(one))}</span>' for one in analysis.expectations if not one.ok]
    met = [html_text(expectation_text(one).removeprefix("✓ ")) for one in analysis.expectations if one.ok]
    said = [*missed, *([f'<b class="good">✓ as expected:</b> {", ".join(met)}'] if met else [])]
    said += [f"note: {coded(note)}" for note in analysis.notes]
    said += [f'<span class="bad">misaligned</span> {coded(text)}' for text in misalignment_texts(analysis)]
    return listed(said, 'class="findings"') if said else ""


def about(analysis: Analysis) -> str:
    """What the spec states: year, paper, published accuracy with its images and source; and its file."""
    return facts_list(_stated(analysis), 'class="about"')


def _stated(analysis: Analysis) -> Iterator[tuple[str, str]]:
    meta = analysis.meta
    for name, value in meta.items():
        if name not in _ELSEWHERE and isinstance(value, str | int | float):
            count = isinstance(value, int) and not isinstance(value, bool) and value >= 10_000  # years have no commas
            yield html_text(str(name).replace("_", " ")), html_text(f"{value:,}" if count else str(value))
    for name, (heading, text) in ACCURACIES.items():
        if name in meta:
            on = f" on {meta['dataset']}" if "dataset" in meta else ""
            yield html_text(heading.removesuffix(" %")), html_text(f"{FIGURES[name].said(analysis)}\u00a0%, {text}{on}")
    if "source" in meta:
        yield "source", html_text(str(meta["source"]))
    yield "spec", html_text(file_name(analysis.spec))
