"""HTML and LaTeX: sound by structure, the same cells as every other form, names shown as they are; and notebooks."""

import pickle
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

import archlens
from archlens.analysis.facts import Analysis
from archlens.report.html import page_head, page_tail, render_html
from archlens.report.latex import LONGEST, render_latex, tex
from archlens.report.page import page
from archlens.report.picture import engine
from archlens.report.view import make_view

NAMES = ["lenet5", "resnet18", "twins", "signal", "names"]
VIEWS = [{}, {"level": "stage"}, {"sort": "macs", "top": 3}, {"columns": "path,params_share,line"}]
VOID = {"meta"}


class Reader(HTMLParser):
    """Checks that tags close in order, and keeps the rows of tables."""

    def __init__(self):
        super().__init__()
        self.open, self.rows, self.cell, self.tags = [], [], None, set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self.cell = dict(attributes).get("class", "")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


def untex(cell):
    """The text that a cell of LaTeX shows."""
    for sign, shown in (("$\\times$", "×"), ("\\textless{}", "<"), ("\\textgreater{}", ">"), ("\\textbar{}", "|"), ("{''}", '"')):
        cell = cell.replace(sign, shown)
    return re.sub(r"\\([&%$#_{}])", r"\1", cell)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", NAMES)
def test_html_is_balanced_and_holds_every_cell(name, view, analysis_of):
    wanted, analysis = make_view(**view), analysis_of(name)
    found = read(f"{page_head(analysis.title)}{render_html(analysis, wanted)}{page_tail()}")
    sheet = page(analysis, wanted).sheet
    expected = [[cell.replace("\u00a0", " ") for cell in row] for row in (sheet.head, *sheet.rows, sheet.totals)]
    assert found.rows == expected
    assert not found.tags & {"script", "link", "img", "iframe"}, "it stands by itself"


def test_html_follows_light_and_dark(analysis_of):
    text = render_html(analysis_of("lenet5"))
    colours = set(re.findall(r"(?:color|background|border[a-z-]*):[^;}]*?(#[0-9a-f]+)", text))
    assert {colour for colour in colours if len(colour) != 5} == {"#d1242f"}, "the rest is half-transparent"
    assert "color-scheme:light dark" in page_head()


def test_a_missed_expectation_stands_out(tmp_path):
    spec = tmp_path / "a.yaml"
    spec.write_text("archlens: 1\ninput: 784\nlayers: [linear: 10]\nexpect: {params: 7840}\n")
    assert '<span class="bad">✗ params 7,850, expected 7840</span>' in render_html(archlens.load(str(spec)).analyze())


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", NAMES)
def test_latex_is_balanced_and_holds_every_cell(name, view, analysis_of):
    wanted, analysis = make_view(**view), analysis_of(name)
    text = render_latex(analysis, wanted)
    bare = re.sub(r"\\[\\{}&%$#_]", "", text)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert re.findall(r"\\begin\{(\w+)\}", text) == re.findall(r"\\end\{(\w+)\}", text)[::-1]
    sheet = page(analysis, wanted).sheet
    rows = [line.removesuffix(" \\\\").split(" & ") for line in text.splitlines() if line.endswith(" \\\\")]
    if len(sheet.rows) > LONGEST:
        assert rows.pop(1) == rows[0], "a long table repeats its heading"
    shown = [[cell.replace("\u00a0", " ") for cell in row] for row in (sheet.head, *sheet.rows, sheet.totals)]
    assert len(rows) == len(shown)
    if name != "names":  # there blanks are doubled and names hold an ampersand
        assert [[untex(cell).strip() for cell in row] for row in rows] == [[tidy(cell) for cell in row] for row in shown]
    align = re.search(r"\\begin\{(?:tabular|longtable)\}\{([lr]+)\}", text)[1]
    assert align == "".join("r" if right else "l" for right in sheet.numeric)


def tidy(cell):
    return cell.strip()


def test_the_caption_holds_the_totals_and_the_source(analysis_of):
    text = render_latex(analysis_of("lenet5"))
    caption = re.search(r"\\caption\{(.*)\}", text)[1]
    for part in ("LeNet-5", "61,706 params", "416,520 MACs", "FLOPs; policy archlens", "Source: specs/lenet5.yaml."):
        assert part in caption


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & 5% of $1 #2", "a\\_b \\& 5\\% of \\$1 \\#2"),
        ("{x}^~\\", "\\{x\\}\\textasciicircum{}\\textasciitilde{}\\textbackslash{}"),
        ("a<b>|", "a\\textless{}b\\textgreater{}\\textbar{}"),
        ("3×3 – ≤7", "3$\\times$3 \\textendash{} $\\le$7"),
        ("a--b", "a-{}-b"),
        ("two\nlines", "two lines"),
    ],
)
def test_latex_shows_names_as_they_are(text, expected):
    assert tex(text) == expected


def test_letters_beyond_ascii_are_pointed_out(analysis_of):
    assert "lualatex" in render_latex(analysis_of("names"))
    assert "lualatex" not in render_latex(analysis_of("resnet18"))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_latex_compiles(tmp_path, analysis_of):
    tables = [render_latex(analysis_of(name), make_view(**view)) for name in NAMES[:-1] for view in VIEWS[:3]]
    head = "\\documentclass{article}\n\\usepackage{booktabs, longtable}\n\\begin{document}\n"
    (tmp_path / "a.tex").write_text(head + "\n\n".join(tables) + "\n\\end{document}\n", encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]


# ---- notebooks ----


def test_an_analysis_shows_itself_in_a_notebook():
    analysis = archlens.load("lenet5").analyze()
    found = read(analysis._repr_html_())
    assert [row[0] for row in found.rows] == ["layer", *(layer.path for layer in analysis.layers), "total"]
    assert found.rows[-1][3:5] == ["61,706", "416,520"]
    assert archlens.load("lenet5")._repr_html_() == analysis._repr_html_()
    assert len(repr(analysis)) < 100


def test_a_large_network_shows_its_stages():
    rows = read(archlens.load("resnet152")._repr_html_()).rows
    assert [row[0] for row in rows[1:-1]] == [
        *("stem", "relu", "max_pool", "stage1", "stage2", "stage3", "stage4", "global_avg_pool", "head")
    ]


def test_a_broken_spec_shows_its_faults(tmp_path):
    spec = tmp_path / "a.yaml"
    spec.write_text('archlens: 1\nname: "<b>"\ninput: 3x8x8\nlayers:\n  - conv: 4 9x9\n')
    text = archlens.load(str(spec))._repr_html_()
    assert read(text).tags == {"pre"}
    assert "error[ARC201]" in text


def test_what_shows_itself_is_an_analysis_all_the_same():
    analysis = archlens.load("lenet5").analyze()
    assert isinstance(analysis, Analysis)
    again = pickle.loads(pickle.dumps(analysis._replace(layers=(), meta={}, notes=("n",), expectations=())))
    assert type(again) is type(analysis)
    assert again.notes == ("n",)


def test_a_graph_shows_itself_as_its_diagram(monkeypatch):
    network = archlens.load("resnet18")
    shown = network.graph._repr_mimebundle_()
    assert shown == {"text/plain": network.diagram("txt"), "image/svg+xml": network.diagram("svg")}
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    monkeypatch.setattr(engine, "which", lambda name: None)
    shown = archlens.load_text("archlens: 1\nname: <b>\ninput: 3x8x8\nlayers: [conv: 4 3x3]", "x").graph._repr_mimebundle_()
    assert sorted(shown) == ["text/html", "text/plain"]
    assert "&lt;b&gt;" in shown["text/html"]
    assert "<b>" not in shown["text/html"]
