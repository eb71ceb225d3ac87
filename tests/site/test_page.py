"""Pages as text: they stand alone, hold what the analysis says, and let nothing that a spec says become more than words."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import archlens
from archlens.report.picture import engine
from archlens.report.site.charts import network_charts
from archlens.report.site.markup import data_block
from archlens.report.site.network import network_page
from archlens.report.site.networks import networks_page
from archlens.report.site.pictures import short_names
from archlens.report.site.table import ranks
from tests.pages import BLOCKS, Block, lay_out
from tests.site.conftest import COMPARED, network, page_of
from tests.site.reading import REFERENCES, Read

ROOT = Path(__file__).resolve().parents[2]
RECIPES = [one for one in BLOCKS if one.page == "docs/cookbook.md" and one.text.startswith("archlens:")]
PAGES = ("lenet5", "vgg16", "googlenet", "faster_rcnn_vgg16", "c3d", "hostile", "compared")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_html_that_needs_nothing_else(name: str) -> None:
    read = Read(page_of(name))
    assert read.faults == []
    assert len(read.ids) == len(set(read.ids))
    assert [key for _, attributes in read.elements for key in attributes if key.startswith("on")] == []
    wanted = [part for value in read.values(*REFERENCES) for part in value.split()]
    wanted += [value.removeprefix("#") for value in read.values("href")]
    assert set(wanted) <= set(read.ids)
    assert all(value.startswith("#") for value in read.values("href"))
    assert read.values("src", "srcset", "action", "poster", "data", "xlink:href") == []
    assert {tag for tag, _ in read.elements} & {"link", "iframe", "object", "embed", "img", "base", "form"} <= {"form"}
    styles = "".join([text for tag, text in read.texts if tag == "style"]) + "".join(read.values("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    assert set(read.values("xmlns")) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("block", [pytest.param(one, id=f"{one.page}:{one.line}") for one in RECIPES])
def test_pages_of_all_recipes_are_sound(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(block, tmp_path)
    monkeypatch.chdir(tmp_path)
    one = archlens.load_text(block.text, "net.yaml")
    texts = (one.report(), networks_page([(one.graph, one.analyze()), (network("lenet5").graph, network("lenet5").analyze())]))
    for read in map(Read, texts):
        assert read.faults == []
        assert len(read.ids) == len(set(read.ids))
        assert not re.search(
            "nan|inf(?!o|e)", " ".join(read.values("d", "points", "x", "y", "width", "height", "cx", "cy", "r", "viewBox"))
        )


@pytest.mark.parametrize("name", ["vgg16", "compared"])
def test_the_policy_lets_these_scripts_run_and_no_other(name: str) -> None:
    read = Read(page_of(name))
    policy = next(attributes["content"] for _, attributes in read.elements if attributes.get("http-equiv"))
    parts = dict(part.strip().partition(" ")[::2] for part in (policy or "").split(";"))
    assert parts["default-src"] == "'none'"
    assert not re.search(r"https?:|\*|unsafe-eval", policy or "")
    runs = [script for script in read.scripts if not script.startswith("{")]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in runs]
    assert parts["script-src"].split() == hashes
    assert len(runs) == 2


def test_what_a_hostile_spec_says_is_only_said() -> None:
    text = page_of("hostile")
    read = Read(text)
    assert len(read.scripts) == 3
    assert not re.search(r"alert\(\d\)", "".join(read.scripts[:1] + read.scripts[2:]))
    assert [tag for tag, _ in read.elements if tag == "img"] == []
    title = next(said for tag, said in read.texts if tag == "h1")
    assert title.startswith("<script>alert(1)</script><!-- \" ' & ?")
    assert "\u202e" not in text
    assert any("</script><script>alert(4)</script>" in said for tag, said in read.texts if tag == "i")
    assert any(said.startswith("✗ params 112, expected 1") for _, said in read.texts)


@pytest.mark.parametrize("text", ["</script>", "<!--<script>", "\u2028\u2029", "a & b", '"\\'])
def test_data_cannot_leave_its_element(text: str) -> None:
    block = data_block("data", {text: [text]})
    inside = block.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert not set(inside) & set("<>&\u2028\u2029")
    assert Read(block).data == {text: [text]}


# ---- figures ----


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "vit_b16", "c3d"])
def test_the_table_says_what_the_analysis_says(name: str) -> None:
    analysis, read = network(name).analyze(), Read(page_of(name))
    table = next(table for table in read.tables if table[0][0] == "layer")
    assert table[0] == ["layer", "operation", "output", "params", "MACs", "RF"]
    at = [row for row, layer in enumerate(read.data["layers"]) if layer >= 0]
    assert [read.data["layers"][row] for row in at] == list(range(len(analysis.layers)))
    rows = [table[1:-1][row] for row in at]
    for layer, row, path in zip(analysis.layers, rows, [read.column("path")[row] for row in at], strict=True):
        assert path == layer.path
        assert path.endswith(row[0])
        assert row[3] == (f"{layer.params:,}" if layer.params else "")
        assert row[4] == (f"{layer.macs:,}" if layer.macs else "")
        assert row[2] == ", ".join("×".join(map(str, shape[1:])) or "scalar" for shape in layer.output_shapes)
    total = table[-1]
    assert total[0] == "total"
    assert (total[3], total[4]) == (f"{analysis.totals.params:,}", f"{analysis.totals.macs:,}")


def test_headings_sum_what_stands_under_them() -> None:
    read = Read(page_of("googlenet"))
    for name in ("params", "macs"):
        values = [int((text or "").replace(",", "") or 0) for text in read.column(name)]
        depths, layers = read.data["depths"], read.data["layers"]
        for row, layer in enumerate(layers):
            if layer < 0:
                end = next((k for k in range(row + 1, len(depths)) if depths[k] <= depths[row]), len(depths))
                assert values[row] == sum(values[k] for k in range(row, end) if layers[k] >= 0)


def test_every_figure_of_the_table_is_in_the_data() -> None:
    analysis, read = network("resnet50").analyze(), Read(page_of("resnet50"))
    layers = [place for place, layer in enumerate(read.data["layers"]) if layer >= 0]
    for name in ("flops", "activations", "activation_bytes", "live_bytes", "buffers"):
        texts = [read.column(name)[place] for place in layers]
        assert [int((text or "").replace(",", "") or 0) for text in texts] == [getattr(one, name) for one in analysis.layers]


def test_lines_of_the_spec_know_their_layers() -> None:
    read, layers = Read(page_of("vgg16")), network("vgg16").analyze().layers
    texts = [name for name in read.ids if re.fullmatch(r"s\d+-\d+", name)]
    own, source = [(ROOT / f"specs/{name}.yaml").read_text(encoding="utf-8").splitlines() for name in ("vgg16", "vgg")]
    assert len(texts) == len(own) + len(source)
    for layer, way in zip(layers, read.data["trail"], strict=True):
        places = list(zip(read.data["trails"][way][::2], read.data["trails"][way][1::2], strict=True))
        said = [source[line - 1] for file, line in places if file == 1]
        assert len(said) == len(places)
        assert layer.type in said[0]
        if layer.path.startswith("stage"):
            assert "for:" in said[-1]


def test_the_diagram_names_every_layer_once() -> None:
    read = Read(page_of("resnet50"))
    numbers = []
    for _, attributes in read.elements:
        if (attributes.get("class") or "").startswith("box "):
            for part in (attributes.get("data-layers") or "").split():
                first, _, last = part.partition("-")
                numbers += range(int(first), int(last or first) + 1)
    assert sorted(numbers) == list(range(len(network("resnet50").analyze().layers)))


def test_a_comparison_has_a_row_for_each_network() -> None:
    read = Read(page_of("compared"))
    table = read.tables[0]
    analyses = [network(name).analyze() for name in COMPARED]
    assert [row[0] for row in table[1:]] == [one.title for one in analyses]
    at = table[0].index("params")
    assert [row[at] for row in table[1:]] == [f"{one.totals.params:,}" for one in analyses]
    said = " ".join([text for _, text in read.texts])
    assert "1×32×32 for" in said  # inputs differ
    assert "LeNet-5" in said.partition("and so not drawn: ")[2][:40]  # its accuracy would be on other images


@pytest.mark.parametrize(
    ("keys", "expected"),
    [([3, None, 1, 3], [1, -1, 0, 1]), (["b", "a", None], [1, 0, -1]), ([(False, (3,)), (True, (1,))], [0, 1]), ([], [])],
)
def test_ranks(keys: list[object], expected: list[int]) -> None:
    assert ranks(keys) == expected


# ---- charts ----


@pytest.mark.parametrize(("name", "rows"), [("lenet5", [1, 1, 1, 1]), ("vgg16", [1, 1, 0, 0]), ("alexnet", [1, 1, 0, 0])])
def test_charts_side_by_side_are_of_one_kind(name: str, rows: list[int]) -> None:
    """A line for each layer up to 20 layers: LeNet-5 has 12, AlexNet 22 of which 8 have weights, VGG-16 40 and 16."""
    layers = network(name).analyze().layers
    figures = re.findall("<figure.*?</figure>", network_charts(network(name).analyze()), re.DOTALL)
    assert [f">{layers[0].path}</text>" in figure for figure in figures] == rows


def test_both_are_columns_where_one_has_many_layers() -> None:
    """R3D-18 has 21 layers with MACs, and with its batch norms 41 with parameters."""
    figures = re.findall("<figure.*?</figure>", network_charts(network("r3d_18").analyze()), re.DOTALL)
    assert [">stem/conv</text>" in one for one in figures] == [False] * 4


def test_the_drawing_of_the_field_is_linked_with_the_layers() -> None:
    walk = network("vgg16").walk()
    section = page_of("vgg16").partition('id="field"')[2].partition("</section>")[0]
    points = re.findall(r'class="point"[^>]*data-layers="(\d+)"', section)
    assert [int(number) for number in points] == [step.node for step in walk.steps]


def test_what_is_the_same_is_drawn_once() -> None:
    """MobileNet's variants: shares of parameters depend on the width alone, and the receptive field on neither."""
    variants = [archlens.load(f"mobilenet_v1:{width}_{size}") for width in ("1.0", "0.5") for size in (224, 128)]
    html = networks_page([(one.graph, one.analyze()) for one in variants])
    assert html.count(">1.0_224 and 1 more</text>") == html.count(">0.5_224 and 1 more</text>") == 1
    assert html.count(">1.0_224 and 3 more: 315</text>") == 1
    assert "<title>1.0_224, 1.0_128, 0.5_224, 0.5_128</title>" in html


def test_variants_of_one_network_are_called_by_what_they_differ_in() -> None:
    vgg11, vgg16, resnet18 = [archlens.load(name).analyze() for name in ("vgg:vgg11", "vgg:vgg16", "resnet:resnet18")]
    assert short_names([vgg11, vgg16]) == ["vgg11", "vgg16"]
    assert short_names([vgg11, resnet18]) == ["VGG · vgg11", "ResNet · resnet18"]
    assert short_names([vgg11, vgg11]) == ["VGG · vgg11", "VGG · vgg11"]


# ---- sizes, sameness ----


@pytest.mark.parametrize(("name", "most"), [("lenet5", 150_000), ("vgg16", 200_000), ("resnet152", 600_000)])
def test_pages_are_small(name: str, most: int) -> None:
    assert len(page_of(name).encode()) < most


def test_the_same_bytes_every_time() -> None:
    program = "import archlens, hashlib; print(hashlib.sha256(archlens.load('lenet5').report().encode()).hexdigest())"
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert texts == {hashlib.sha256(network("lenet5").report().encode()).hexdigest() + "\n"}


def test_no_folder_of_this_machine_is_named(tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3]\n", encoding="utf-8")
    text = archlens.load(str(file)).report()
    assert "mine.yaml" in text
    assert str(tmp_path) not in text


# ---- without Graphviz ----


@pytest.fixture
def no_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "which", lambda name: None)


@pytest.mark.usefixtures("no_graphviz")
def test_without_graphviz_a_tree_stands_for_the_diagram() -> None:
    notes: list[str] = []
    text = network("googlenet").report(told=notes.append)
    read = Read(text)
    assert read.faults == []
    assert len(notes) == 1
    assert 'pip install "archlens[diagrams]"' in notes[0]
    assert any('pip install "archlens[diagrams]"' in said for tag, said in read.texts if tag == "p")
    boxes = [attributes["data-layers"] for tag, attributes in read.elements if attributes.get("class") == "box"]
    singles = [int(box or "") for box in boxes if "-" not in (box or "")]
    assert set(range(len(network("googlenet").analyze().layers))) == set(singles)


def test_a_title_of_ones_own() -> None:
    one = network("lenet5")
    assert "<h1>Mine &amp; yours</h1>" in network_page(one.spec, one.graph, one.analyze(), "no picture", "Mine & yours")
