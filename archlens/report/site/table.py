"""A table that a script can sort, search and copy: its rows as HTML, and every column, shown or not, as data.

A column is told by its distinct texts, so that what repeats costs little: `texts` as people read them, `raw` as CSV has them
where that is not the text without its commas, `keys` their order (equal numbers are equal, -1 stands last whichever way), `at`
for each row which text, -1 for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from archlens.errors import printable

__all__ = ["Cells", "ranks", "told", "tools"]


class Cells(NamedTuple):
    """A column. texts, raws, keys: by row, None where the row says nothing; keys are compared. shown: whether it is at first.
    total: what stands under it. about: what it is, where the heading does not say. bar: whether its numbers are drawn as well."""

    name: str
    heading: str
    numeric: bool
    texts: Sequence[str | None]
    raws: Sequence[Any]
    keys: Sequence[Any]
    shown: bool
    total: str = ""
    about: str = ""
    bar: bool = False


def tools(rows: str, more: str = "") -> str:
    """What stands over the table: a search, `more` buttons, the columns to choose, copies. rows: what they are, in the plural."""
    return (
        '<div class="tools js-only">'
        f'<input type="search" id="search" placeholder="Search {rows}  ( / )" aria-label="Search {rows}">'
        f'<span id="shown" class="faint" role="status" aria-live="polite"></span><span class="gap"></span>{more}'
        '<details class="menu" id="columns"><summary>Columns</summary>'
        '<fieldset><legend class="unseen">Columns shown</legend></fieldset></details>'
        '<button type="button" id="copy-csv">Copy CSV</button>'
        '<button type="button" id="copy-markdown">Copy Markdown</button></div>'
    )


def told(cells: Cells) -> dict[str, Any]:
    """The column as data."""
    order = ranks(cells.keys)
    places: dict[tuple[str, str, int], int] = {}
    at = []
    for text, raw, rank in zip(cells.texts, cells.raws, order, strict=True):
        said = None if text is None else (printable(text.replace("\u00a0", " ")), str(raw), rank)
        at.append(-1 if said is None else places.setdefault(said, len(places)))
    found: dict[str, Any] = {"name": cells.name, "heading": cells.heading}
    found |= {"n": 1} if cells.numeric else {}
    found |= {"shown": 1} if cells.shown else {}
    found |= {"bar": 1} if cells.bar else {}
    found |= {"total": cells.total.replace("\u00a0", " ")} if cells.total else {}
    found |= {"about": cells.about} if cells.about else {}
    found["texts"] = [text for text, _, _ in places]
    if any(raw != ((text.replace(",", "") or "0") if cells.numeric else text) for text, raw, _ in places):
        found["raw"] = [raw for _, raw, _ in places]
    found["keys"] = [rank for _, _, rank in places]
    found["at"] = at
    return found


def ranks(keys: Sequence[Any]) -> list[int]:
    """The place of each key among those that differ, -1 for None: what a script sorts by without knowing what is compared."""
    places = {key: rank for rank, key in enumerate(sorted({key for key in keys if key is not None}))}
    return [-1 if key is None else places[key] for key in keys]
