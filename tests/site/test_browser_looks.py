"""In a real browser: by keyboard alone, for those who cannot see, in light and dark, in small windows and on paper."""

from __future__ import annotations

import itertools

import pytest

from tests.site.seeing import LAYER_ROWS, chosen, layers

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
