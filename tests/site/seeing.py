"""What is to be seen on a page."""

from __future__ import annotations

LAYER_ROWS = "#layer-table tbody tr:not(.g):not(.detail)"


def shown_paths(page):
    """The names in the first column of the rows that are to be seen, in order."""
    return page.eval_on_selector_all(
        "#layer-table tbody tr", "rows => rows.filter(r => !r.hidden).map(r => r.cells[0].innerText.trim())"
    )


def chosen(page, selector):
    return page.eval_on_selector_all(f"{selector}.chosen", "found => found.map(one => one.id || one.dataset.layers)")


def layers(text):
    """`0-3 7` as numbers."""
    return [n for part in text.split() for a, _, b in [part.partition("-")] for n in range(int(a), int(b or a) + 1)]


IN_SIGHT = """row => {
  const box = row.getBoundingClientRect(), sheet = row.closest('.sheet, .canvas, .files').getBoundingClientRect();
  return box.top >= sheet.top && box.bottom <= sheet.bottom;
}"""
