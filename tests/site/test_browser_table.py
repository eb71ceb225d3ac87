"""The table of layers in a real browser: sorted, searched, folded, copied, opened."""

from __future__ import annotations

import csv
import io

from archlens.report.columns import COLUMNS
from tests.site.conftest import network
from tests.site.seeing import LAYER_ROWS, shown_paths


def test_sorting_is_pythons(show):
    page, analysis = show("vit_b16"), network("vit_b16").analyze()
    for name, heading, down in (("params", "params", True), ("receptive_field", "RF", True), ("operation", "operation", False)):
        column = COLUMNS[name]
        key = column.key or column.value
        have = [one for one in analysis.layers if key(one) not in (None, "")]
        none = [one.path for one in analysis.layers if key(one) in (None, "")]
        for turn in (down, not down):
            page.get_by_role("button", name=heading, exact=True).click()
            expected = [one.path for one in sorted(have, key=key, reverse=turn)] + none
            assert shown_paths(page) == expected
            state = page.get_by_role("columnheader", name=heading, exact=True).get_attribute("aria-sort")
            assert state == ("descending" if turn else "ascending")
        page.get_by_role("button", name=heading, exact=True).click()
        assert page.locator("[aria-sort]").count() == 0
        assert shown_paths(page)[0].startswith("patches")


def test_searching(show):
    page, analysis = show("resnet50"), network("resnet50").analyze()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("stage2 7")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("stage2 conv")
    met = [one.path for one in analysis.layers if one.path.startswith("stage2") and "conv" in one.path.lower()]
    assert page.locator("#shown").inner_text() == f"{len(met)} of {len(analysis.layers)} layers"
    assert page.locator(f"{LAYER_ROWS}:visible").count() == len(met)
    assert page.locator("#layer-table tbody tr.g:visible").first.inner_text().startswith("stage2")
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == ""
    assert page.locator("#shown").inner_text() == f"{len(analysis.layers)} layers"
    page.locator("#search").fill("no such thing")
    assert page.locator("#layer-table tbody tr:visible").count() == 0


def test_folding(show):
    page = show("resnet50")
    first = page.locator("#layer-table").get_by_role("button", name="stage1")
    before = page.locator("#layer-table tbody tr:visible").count()
    first.click()
    assert first.get_attribute("aria-expanded") == "false"
    inside = [one for one in network("resnet50").analyze().layers if one.path.startswith("stage1/")]
    blocks = {one.path.split("/")[1] for one in inside if one.path.count("/") > 1}
    assert page.locator("#layer-table tbody tr:visible").count() == before - len(inside) - len(blocks)
    page.get_by_role("button", name="Fold all").click()
    assert shown_paths(page)[0].startswith("stem")
    assert page.locator(f"{LAYER_ROWS}:visible").count() == sum(
        "/" not in one.path for one in network("resnet50").analyze().layers
    )
    page.get_by_role("button", name="Open all").click()
    assert page.locator("#layer-table tbody tr:visible").count() == before


def test_columns_and_copies(show):
    page, analysis = show("lenet5", permissions=["clipboard-read", "clipboard-write"]), network("lenet5").analyze()
    page.get_by_text("Columns", exact=True).click()
    for name in ("operation", "output"):
        page.get_by_label(name, exact=True).uncheck()
    page.get_by_label("FLOPs/byte", exact=True).check()
    page.keyboard.press("Escape")
    heads = page.locator("#layer-table thead th").all_inner_texts()
    assert heads == ["layer", "params", "MACs", "RF", "FLOPs/byte"]
    page.get_by_role("button", name="Copy CSV").click()
    page.locator("#copy-csv", has_text="Copied ✓").wait_for()
    rows = list(csv.reader(io.StringIO(page.evaluate("navigator.clipboard.readText()"))))
    names = ["path", "params", "macs", "receptive_field", "arithmetic_intensity"]
    assert rows == [names, *[[str(COLUMNS[name].raw(one)) for name in names] for one in analysis.layers]]
    page.get_by_role("button", name="Copy Markdown").click()
    page.locator("#copy-markdown", has_text="Copied ✓").wait_for()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[1] == "| :-- | --: | --: | --: | --: |"
    assert len(lines) == len(analysis.layers) + 3
    assert lines[-1].startswith(f"| **total** | **{analysis.totals.params:,}** | **{analysis.totals.macs:,}** |")


def test_a_copy_without_a_clipboard_of_what_is_folded(show):
    page = show("vgg16")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Fold all").click()
    page.get_by_role("button", name="Copy CSV").click()
    text = page.get_by_role("textbox", name="Text to copy").input_value()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["path"] == "stage1"
    for name in ("params", "macs"):
        assert sum(int(row[name]) for row in rows) == getattr(network("vgg16").analyze().totals, name)
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()


def test_formulas(show):
    page = show("vgg16")
    name = page.locator("#l0 button")
    name.click()
    assert name.get_attribute("aria-expanded") == "true"
    said = page.locator("tr.detail").inner_text()
    for line in (
        "params",
        "= 64 × (3/1 × 3·3 + 1)",
        "= 1,792",
        "= 86,704,128",
        "1 + (3 − 1)·1 = 3",
        "reads input",
        "vgg.yaml, line 39",
    ):
        assert line in said
    page.get_by_role("button", name="MACs", exact=True).click()
    assert page.locator("#l0 + tr.detail").count() == 1
    name.click()
    assert page.locator("tr.detail").count() == 0
