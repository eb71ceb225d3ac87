"""Pages in a real browser: what a reader does, and what is to be seen then."""

from __future__ import annotations

import csv
import io
import itertools

import pytest

from archlens.report.columns import COLUMNS
from tests.site.conftest import COMPARED, network

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


# ---- the table ----


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


# ---- what belongs together ----


def test_a_box_and_its_rows(show):
    page = show("resnet50")
    box = page.locator("#diagram .box", has_text="Bottleneck 512").last
    numbers = layers(box.get_attribute("data-layers"))
    box.hover()
    assert page.locator("#layer-table tr.hover:not(.g)").count() == len(numbers)
    box.click()
    assert box.get_attribute("aria-pressed") == "true"
    assert chosen(page, LAYER_ROWS) == [f"l{number}" for number in numbers]
    assert page.locator(f"#l{numbers[0]}").evaluate(IN_SIGHT)
    box.click()
    assert chosen(page, LAYER_ROWS) == []


IN_SIGHT = """row => {
  const box = row.getBoundingClientRect(), sheet = row.closest('.sheet, .canvas, .files').getBoundingClientRect();
  return box.top >= sheet.top && box.bottom <= sheet.bottom;
}"""


def test_a_row_and_its_box(show):
    page, analysis = show("resnet50"), network("resnet50").analyze()
    last = len(analysis.layers) - 1
    page.locator(f"#l{last} td").first.click()
    box = page.locator("#diagram .box.chosen")
    assert layers(box.get_attribute("data-layers")) == [last]
    assert box.evaluate(IN_SIGHT)
    page.locator("#layer-table tr.g", has_text="stage3").first.hover()
    inside = [number for number, one in enumerate(analysis.layers) if one.path.startswith("stage3/")]
    lit = page.eval_on_selector_all("#diagram .box.hover", "found => found.map(one => one.dataset.layers)")
    assert sorted(number for text in lit for number in layers(text)) == inside
    page.keyboard.press("Escape")
    assert page.locator("#diagram .box.chosen").count() == 0


def test_a_chosen_box_opens_the_blocks_of_its_rows(show):
    page = show("resnet50")
    page.get_by_role("button", name="Fold all").click()
    page.locator("#diagram .box", has_text="Bottleneck 64").last.click()
    assert page.locator("#layer-table tr.chosen:not(.g):visible").count() > 0


def test_lines_of_the_spec(show):
    page, analysis = show("vgg16"), network("vgg16").analyze()
    page.get_by_role("tab", name="Spec").click()
    line = page.locator(".code li", has_text="conv: out 3x3 padding=1")
    line.click()
    assert chosen(page, LAYER_ROWS) == [f"l{n}" for n, one in enumerate(analysis.layers) if one.type == "conv"]
    assert line.get_attribute("data-count") == "13 layers"
    page.locator(".code li", has_text="- for: {width:").click()
    assert len(chosen(page, LAYER_ROWS)) == sum(one.path.startswith("stage") for one in analysis.layers)
    page.locator("#l0 td").first.click()
    lit = page.eval_on_selector_all(".code .chosen, .code .chosen-via", "found => found.map(one => one.textContent.trim())")
    assert [text.split(":")[0] for text in lit] == ["- conv", "- for", "- ConvRelu"]
    assert page.locator("#diagram").is_hidden()
    page.locator("#l0 button").click()
    page.get_by_role("tab", name="Diagram").click()
    page.get_by_role("button", name="vgg.yaml, line 39").click()
    assert page.locator("#spec").is_visible()


def test_a_bar_and_its_row(show):
    page = show("vgg16")
    bar = page.locator("figure[data-column=params] [data-layers]").nth(13)
    bar.click()
    assert page.locator("#layer-table tr.chosen th").inner_text().strip() == "linear1"
    assert bar.locator("title").text_content() == "linear1: 102,764,544 params"


def test_an_address_may_name_a_layer(show):
    page = show("vgg16", address="#l33")
    assert chosen(page, LAYER_ROWS) == ["l33"]


WIDER = """(picture, than) => new Promise((met) => {
  const look = () => picture.getBoundingClientRect().width > 1.5 * than ? met() : requestAnimationFrame(look);
  look();
})"""


def test_zoom(show):
    page = show("vgg16")
    width = "document.querySelector('.canvas svg').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.get_by_role("button", name="Larger").click()
    assert page.evaluate(width) == pytest.approx(before * 1.25, rel=0.01)
    page.get_by_role("button", name="Fit").click()
    assert page.evaluate(width) == pytest.approx(before, rel=0.01)
    page.get_by_role("button", name="Fit").click()
    high, room = page.evaluate("['.canvas svg', '.canvas'].map(s => document.querySelector(s).getBoundingClientRect().height)")
    assert high <= room
    whole = page.evaluate(width)
    page.locator(".canvas").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.locator(".canvas svg").evaluate(WIDER, whole)
    assert page.evaluate("window.visualViewport.scale") == 1
    page.locator(".canvas").focus()
    small = page.evaluate(width)
    page.keyboard.press("+")
    assert page.evaluate(width) == pytest.approx(small * 1.25, rel=0.01)


# ---- by keyboard alone, and for those who cannot see ----


def test_by_keyboard_alone(show):
    page = show("vgg16")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the table"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#sheet"
    for _ in range(10):  # the sheet, its six headings, then the first row
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.name')"):
            break
    assert page.evaluate("document.activeElement.textContent").startswith("stage1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('tr').id") == "l0"
    page.keyboard.press("ArrowRight")
    assert page.locator("tr.detail").count() == 1
    page.keyboard.press("ArrowLeft")
    assert page.locator("tr.detail").count() == 0
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert page.locator("#l0").is_hidden()
    page.keyboard.press("ArrowRight")
    assert page.locator("#l0").is_visible()
    assert page.locator("#layer-table .name[tabindex='0']").count() == 1
    box = page.locator("#diagram .box").nth(3)
    box.focus()
    page.keyboard.press("Enter")
    assert layers(box.get_attribute("data-layers")) == [int(name[1:]) for name in chosen(page, LAYER_ROWS)]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.get_by_role("tab", name="Diagram").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-spec"
    assert page.locator("#spec").is_visible()


def test_roles_and_names(show):
    page = show("vgg16")
    for role in ("banner", "main", "navigation"):
        assert page.get_by_role(role).count() == 1
    for region in ("At a glance", "Layers", "Where it goes", "Receptive field", "Formulas, worked out", "Conventions"):
        assert page.get_by_role("region", name=region, exact=True).count() == 1
    table = page.get_by_role("table", name="40 layers in the order they run")
    assert table.get_by_role("row").count() == 1 + 58 + 1
    assert page.get_by_role("button", name="conv 64 3×3").first.is_visible()
    assert page.get_by_role("tab", selected=True).inner_text() == "Diagram"
    assert page.get_by_role("searchbox", name="Search layers").is_visible()
    unnamed = page.eval_on_selector_all(
        "button, input, [role=button], [role=tab], textarea, summary",
        "found => found.filter(one => !(one.ariaLabel || one.textContent.trim() || one.closest('label'))).length",
    )
    assert unnamed == 0
    assert page.locator("h1").count() == 1
    levels = page.eval_on_selector_all(
        "h1, h2, h3, h4", "found => found.filter(h => !h.closest('details')).map(h => Number(h.tagName[1]))"
    )
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


CONTRASTS = """() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/-?[\\d.]+(?:e-?\\d+)?/g).map(Number), most = text.startsWith("color(") ? 1 : 255;
    return [r / most, g / most, b / most, a];
  };
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const lightness = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ground = (node) => {
    const colour = node ? parse(getComputedStyle(node).backgroundColor) : [1, 1, 1, 1];
    return colour[3] === 1 ? colour : ground(node.parentElement);
  };
  const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || node.closest("svg, script, style") || !node.checkVisibility()) continue;
    const [a, b] = [parse(getComputedStyle(node).color), ground(node)].map(lightness).sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.add(`${((a + 0.05) / (b + 0.05)).toFixed(2)} ${node.outerHTML.slice(0, 80)}`);
  }
  return [...found];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["hostile", "compared"])
def test_words_stand_out(show, name, scheme):
    page = show(name, color_scheme=scheme, reduced_motion="reduce")
    if name == "hostile":
        page.locator("#l0 button").click()
        page.get_by_role("tab", name="Spec").click()
    assert page.evaluate(CONTRASTS) == []


# ---- themes, sizes, paper ----

GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(13, 17, 23)"


def test_light_and_dark(show):
    page = show("lenet5", color_scheme="dark")
    assert page.evaluate(GROUND) == DARK
    fill = "getComputedStyle(document.querySelector('#diagram .box rect')).fill"
    dark = page.evaluate(fill)
    button = page.locator("#theme")
    button.click()
    assert (button.inner_text(), page.evaluate(GROUND)) == ("Theme: light", LIGHT)
    assert page.evaluate(fill) != dark
    page.emulate_media(color_scheme="light")
    button.click()
    assert (button.inner_text(), page.evaluate(GROUND)) == ("Theme: dark", DARK)
    assert page.evaluate(fill) == dark
    assert page.evaluate("localStorage.getItem('archlens-theme')") == "dark"
    page.locator("#theme").click()
    assert page.evaluate(GROUND) == LIGHT
    assert page.evaluate("localStorage.getItem('archlens-theme')") is None
    page.add_init_script("localStorage.setItem('archlens-theme', 'dark')")  # what an earlier visit has left
    page.reload()
    assert (page.locator("#theme").inner_text(), page.evaluate(GROUND)) == ("Theme: dark", DARK)


@pytest.mark.parametrize("name", ["vgg16", "compared"])
@pytest.mark.parametrize("width", [1280, 1000, 400])
def test_a_page_fits_its_window(show, name, width):
    page = show(name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("table").first.is_visible()


def test_paper(show):
    page = show("vgg16", color_scheme="dark")
    page.locator("#search").fill("linear")
    page.get_by_role("tab", name="Spec").click()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(GROUND) == LIGHT
    assert page.locator("#layer-table tbody tr:visible").count() == 58
    for selector in ("#search", "#theme", ".tabs", "#zoom"):
        assert not page.locator(selector).is_visible()
    assert page.locator("#diagram svg").is_visible()
    assert page.locator("#spec").is_visible()
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


def test_without_a_script_all_is_there(show):
    page = show("vgg16", java_script_enabled=False)
    assert page.locator("#layer-table tbody tr:visible").count() == 58
    assert page.locator("#diagram svg").is_visible()
    assert page.locator("#spec").is_visible()
    assert page.locator("button:visible, input:visible").count() == 0
    page.locator("summary", has_text="13 layers").click()
    page.get_by_text("conv 64 3×3 padding=1").first.click()
    assert page.get_by_text("= 64 × (3/1 × 3·3 + 1)").is_visible()


# ---- several, and hostile ones ----


def test_a_comparison(show):
    page = show("compared")
    titles = {name: network(name).analyze() for name in COMPARED}
    by_macs = [one.title for one in sorted(titles.values(), key=lambda one: -one.totals.macs)]
    page.get_by_role("button", name="MACs", exact=True).click()
    assert page.locator("tbody th").all_inner_texts() == by_macs
    page.locator("#search").fill("resnet")
    assert page.locator("#shown").inner_text() == "1 of 4 networks"
    page.locator("#search").fill("")
    page.locator("#n1 td").first.hover()
    assert page.locator("#charts [data-layers='1'].hover").count() > 0
    page.locator("#charts .bubble").first.click()
    assert page.locator("tbody tr.chosen").count() == 1


def test_a_hostile_page_does_nothing(show):
    page = show("hostile")
    assert page.locator("#charts img").count() == 0
    page.locator("#l0 button").click()
    page.locator("tr.detail").get_by_role("button", name="line 6").click()
    assert "</script><script>alert(4)</script>" in page.locator(".code").inner_text()
    assert page.title().startswith("<script>alert(1)</script>")
