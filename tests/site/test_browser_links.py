"""In a real browser: what belongs together lights up together; a diagram is zoomed; several networks, hostile ones."""

from __future__ import annotations

import pytest

from tests.site.conftest import COMPARED, network
from tests.site.seeing import IN_SIGHT, LAYER_ROWS, chosen, layers


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


@pytest.mark.parametrize("name", ["vgg16", "ssd300"])
def test_a_diagram_begins_where_the_network_does(show, name):
    """Also one that is wider than its pane."""
    page = show(name)
    first = page.locator("#diagram .box.input").first.bounding_box()
    pane = page.locator(".canvas").bounding_box()
    assert pane["x"] <= first["x"]
    assert first["x"] + first["width"] <= pane["x"] + pane["width"]
    assert pane["y"] <= first["y"] <= pane["y"] + 100
