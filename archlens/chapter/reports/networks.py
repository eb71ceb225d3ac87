"""reports/networks/NAME.md: one page for every shipped spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from archlens.analysis.facts import Analysis
from archlens.chapter.reports.shelf import families, link, source_of, spec_path, told, variants
from archlens.report.comparison import compared
from archlens.report.markdown import about_lines, escaped, markdown_sheet, prose
from archlens.report.memory import memory_parts, training_parts
from archlens.report.memory_markdown import parts_table
from archlens.report.numbers import bytes_text
from archlens.report.page import page as page_of
from archlens.report.view import make_view

__all__ = ["page"]

_FEW = 24  # layers that are shown one by one
_LARGEST = 5
_COLUMNS = ("network", "input", "params", "macs", "depth", "receptive_field", "peak_memory", "top1", "miou")
_ITEM = 2  # spaces before an item of a list in a comment


def page(name: str) -> str:
    """The page of a shipped spec: its figures, or those of its variants side by side."""
    homes, found = families(), variants(name)
    own = [other for other, home in homes.items() if home == name and other != name]
    lines = [f"# {escaped(found[0].title if len(found) == 1 else found[0].name)}", "", *_about(name, found[0])]
    if homes[name] != name:
        lines += ["", f"One of the family of {link(homes[name], folder='')}."]
    if len(found) > 1:
        lines += ["", "## The family", "", *_family(found, own)]
    lines += ["", *_pictures(name, found)]
    if not own:
        lines += _details(found[0], several=len(found) > 1)
    return "\n".join([*lines, "", *_source(name)])


def _about(name: str, analysis: Analysis) -> Iterator[str]:
    """What the spec says at its beginning, and where the network is from."""
    yield from _comment(source_of(name))
    meta = analysis.meta
    paper = [f"{escaped(str(meta['paper']))}" if "paper" in meta else "", str(meta.get("year", ""))]
    yield ""
    if any(paper):
        yield f"- paper: {', '.join(filter(None, paper))}"
    for key in ("key_idea", "dataset", "source"):
        if key in meta:
            yield f"- {key.replace('_', ' ')}: {escaped(str(meta[key]))}"
    yield f"- analyse it: `archlens analyze {name}`; hold it against PyTorch: `archlens verify {name}`"


def _comment(source: str) -> Iterator[str]:
    """The comment that opens a spec, a line a paragraph; lines that are set in are a list, its items' rest set in further."""
    said = [("", "")]  # what stands before the words, and the words
    opening = takewhile(lambda line: line.startswith("#"), source.splitlines()[1:])
    for text in [line.removeprefix("#").removeprefix(" ") for line in opening]:
        words, indent = " ".join(text.split()), len(text) - len(text.lstrip())
        before, so_far = said[-1]
        if words and indent == _ITEM:
            said += [*([] if before else [("", "")]), ("* ", words)]  # a list begun by `-` would go on below
        elif words and so_far:
            said[-1] = before, f"{so_far} {words}"
        else:
            said.append(("", words))
    yield from [before + prose(words) for before, words in said[1:]]


def _pictures(name: str, found: Sequence[Analysis]) -> Iterator[str]:
    """The diagram, and the page for a browser."""
    first, several = found[0], len(found) > 1
    yield f"## {escaped(first.title)} as boxes and arrows" if several else "## Boxes and arrows"
    yield ""
    yield f"![{escaped(first.title)} as boxes and arrows]({name}.svg)"
    yield ""
    told = "compares the variants" if several else "links this diagram with every layer, its formulas and its line in the spec"
    target = f"{name}:all" if several else name
    yield f"[{name}.html]({name}.html), opened in a browser, {told}."
    yield ""
    yield f"Made by `archlens diagram {name} -o {name}.svg` and `archlens report {target} -o {name}.html`."


def _family(found: Sequence[Analysis], own: Sequence[str]) -> list[str]:
    """The variants side by side."""
    lines = [told(compared(found, columns=_COLUMNS)).render("markdown")]
    return [*lines, "", f"Pages: {' · '.join([link(name, folder='') for name in own])}"] if own else lines


def _details(analysis: Analysis, several: bool) -> list[str]:
    """The figures, the stages, the largest layers, memory."""
    few = len(analysis.layers) <= _FEW
    said = page_of(analysis, make_view(level="layer" if few else "stage"))
    lines = ["", f"## {escaped(analysis.title)}" if several else "## Figures", "", *about_lines(said)]
    lines += ["", "## Layer by layer" if few else "## Stage by stage", "", markdown_sheet(said.sheet)]
    lines += ["", "## The largest layers", "", *_largest(analysis)]
    return [*lines, "", "## Memory", "", *_memory(analysis)]


def _largest(analysis: Analysis) -> Iterator[str]:
    """Where the parameters and the work are."""
    for figure, said in (("params", "parameters"), ("macs", "multiply–accumulates")):
        if getattr(analysis.totals, figure):
            view = make_view(f"path,operation,{figure},{figure}_share", sort=figure, top=_LARGEST)
            yield from (f"By {said}:", "", markdown_sheet(page_of(analysis, view).sheet), "")


def _memory(analysis: Analysis) -> list[str]:
    lines = [parts_table(("inference, float32", "", ""), memory_parts(analysis), bytes_text)]
    if analysis.training.possible and analysis.totals.trainable_params:
        head = ("training with Adam, batch of 1, an estimate", "", "")
        lines += ["", parts_table(head, training_parts(analysis, "adam"), bytes_text)]
    return lines


def _source(name: str) -> list[str]:
    """The spec itself."""
    return [f"## The spec, {spec_path(name)}", "", "```yaml", source_of(name).rstrip(), "```"]
