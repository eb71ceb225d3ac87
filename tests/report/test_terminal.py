"""The table: it fits, its numbers stand whole, and they add up."""

import re

import pytest

import archlens
from archlens.report.columns import choose
from archlens.report.grid import cut, wrapped
from archlens.report.terminal import render_conventions, render_table
from archlens.report.view import View
from tests.report.table import bounds, columns_of, read_table

NAMES = ["lenet5", "mlp", "resnet18", "mobilenet_v1", "twins", "signal", "names"]
SUMMED = {"params": "params", "MACs": "macs", "FLOPs": "flops", "activations": "activations"}
SMALLEST = ["layer", "params", "MACs"]


def report(analysis, width, columns=None):
    return render_table(analysis, width, columns) + "\n\n" + render_conventions(analysis.uncounted, width)


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_the_width(name, analysis_of):
    analysis = analysis_of(name)
    for width in range(40, 221, 3 if len(analysis.layers) > 40 else 1):
        text = report(analysis, width)
        widest = max(columns_of(line) for line in text.splitlines())
        assert widest <= width or read_table(text).headings == SMALLEST, f"{widest} columns at {width}"


@pytest.mark.parametrize("width", [1, 20, 39])
def test_the_narrowest_terminal_still_gets_every_number(width, analysis_of):
    table = read_table(report(analysis_of("resnet18"), width))
    assert table.headings == SMALLEST
    low, high = bounds(table.total["params"])
    assert low <= 11_689_512 <= high


@pytest.mark.parametrize("name", NAMES)
def test_more_room_never_shows_less(name, analysis_of):
    shown = [read_table(report(analysis_of(name), width)).headings for width in range(40, 221, 5)]
    assert [len(headings) for headings in shown] == sorted(len(headings) for headings in shown)
    assert {"operation", "output", "params", "MACs", "FLOPs", "jump", "activations"} <= set(shown[-1])


@pytest.mark.parametrize("name", NAMES)
def test_every_number_stands_whole(name, analysis_of):
    """In each row the layer's own figures, exact or rounded as the text says; a size as it is."""
    analysis = analysis_of(name)
    for width in range(40, 221, 9):
        table = read_table(report(analysis, width))
        rows = [row for number, row in enumerate(table.rows) if not table.children(number)]
        assert len(rows) == len(analysis.layers)
        for row, layer in zip(rows, analysis.layers, strict=True):
            for heading in SUMMED.keys() & row.cells.keys():
                low, high = bounds(row.cells[heading])
                assert low <= getattr(layer, SUMMED[heading]) <= high
            if "output" in row.cells:
                assert row.cells["output"] == "×".join(map(str, layer.output_shapes[0][1:]))
            if row.cells.get("RF", "all") not in ("all", ""):
                sizes = [int(size) for size in row.cells["RF"].split("×")]
                assert tuple(sizes * (len(layer.receptive_field.size) // len(sizes))) == layer.receptive_field.size


@pytest.mark.parametrize("name", [*NAMES, "googlenet_2014", "resnet152"])
@pytest.mark.parametrize("width", [80, 200])
def test_blocks_and_totals_add_up(name, width, analysis_of):
    table = read_table(report(analysis_of(name), width))
    for heading in SUMMED.keys() & set(table.headings):

        def parts(numbers, heading=heading):
            found = [bounds(table.rows[number].cells[heading]) for number in numbers]
            return sum(low for low, _ in found), sum(high for _, high in found)

        for number, row in enumerate([*table.rows, None]):
            below = table.children(number) if row else table.outermost()
            if below:
                low, high = parts(below)
                least, most = bounds((row.cells if row else table.total)[heading])
                assert low <= most, f"{heading} of {row or 'total'}"
                assert least <= high, f"{heading} of {row or 'total'}"
        assert width == 80 or "." not in table.total[heading], "there is room for exact figures"


def test_totals_stand_in_words_too(analysis_of):
    totals, text = analysis_of("twins").totals, report(analysis_of("twins"), 120)
    for figure in (totals.params, totals.trainable_params, totals.buffers, totals.macs, totals.flops, totals.activations):
        assert f"{figure:,}" in text
    assert "weight layers on the longest path" in text
    assert re.search(r"receptive field +7×4 ", text)


def test_what_is_frozen_or_shared_is_marked(analysis_of):
    rows = read_table(report(analysis_of("twins"), 100)).rows
    assert {row.cells["layer"] for row in rows if row.cells["trainable"] == "frozen"} == {"conv", "batch_norm", "linear"}
    assert [row.cells["layer"] for row in rows if row.cells["trainable"] == "yes"] == ["head"]
    assert {row.cells["weights of"] for row in rows} == {"", "left/conv", "left/batch_norm", "left/linear"}
    assert "trainable" not in read_table(report(analysis_of("resnet18"), 200)).headings


@pytest.mark.parametrize("name", ["lenet5", "twins"])
def test_conventions_and_what_is_not_counted_are_said(name, analysis_of):
    text = report(analysis_of(name), 120)
    for word in ("MACs ", "FLOPs ", "policy archlens", "receptive field ", "memory ", "float32", "not counted"):
        assert word in text
    assert re.search(r"not counted .*flatten", text)


def test_misses_are_told_with_both_figures(tmp_path):
    spec = tmp_path / "a.yaml"
    spec.write_text(
        "archlens: 1\ninput: 784\nlayers: [linear: 10]\nexpect: {params: 7840, macs: 7840, output: 11, buffers: {min: 1}}\n"
    )
    text = report(archlens.load(str(spec)).analyze(), 80)
    assert "✓ macs\n" in text
    assert "✗ params 7,850, expected 7840\n" in text
    assert "✗ output 10, expected 11\n" in text
    assert "✗ buffers 0, expected min 1\n" in text


def test_a_batch_is_named_and_leaves_sizes_alone():
    one, four = archlens.load("lenet5").analyze(), archlens.load("lenet5", batch=4).analyze()
    text = report(four, 100)
    assert "batch of 4" in text
    assert f"{4 * one.totals.macs:,}  {4 * one.totals.macs / 1e6:.3f}M for a batch of 4" in text
    assert [row.cells["output"] for row in read_table(text).rows] == [
        row.cells["output"] for row in read_table(report(one, 100)).rows
    ]


def test_blocks_that_take_turns_are_summed_turn_by_turn(tmp_path):
    spec = tmp_path / "a.yaml"
    lines = [f"  - {{linear: 10, name: {name}}}\n" for name in ("a/x", "a/y", "b/x", "a/z")]
    spec.write_text("archlens: 1\ninput: 10\nlayers:\n" + "".join(lines))
    table = read_table(report(archlens.load(str(spec)).analyze(), 80))
    assert [(row.cells["layer"], row.cells["params"]) for row in table.rows if row.depth == 0] == [
        ("a", "220"),
        ("b", "110"),
        ("a", "110"),
    ]
    assert table.total["params"] == "440"


def test_chosen_columns_stand_in_the_order_asked_for(analysis_of):
    table = read_table(report(analysis_of("lenet5"), 80, View(choose("params, RF,layer,Weights of,strict-receptive-field"))))
    assert table.headings == ["params", "RF", "layer", "weights of", "strict RF"]
    assert [row.cells["layer"] for row in table.rows][:3] == ["C1", "tanh1", "S2"]


def test_names_are_shortened_before_numbers_suffer(analysis_of):
    table = read_table(report(analysis_of("names"), 60, View(choose("path,output,params,macs,flops,activations"))))
    assert table.rows[-1].cells["layer"].endswith("…all/of/it")
    assert table.total["FLOPs"] == "2,875,392"


@pytest.mark.parametrize(
    ("text", "room", "keep_end", "expected"),
    [
        ("stage1", 6, False, "stage1"),
        ("stage12", 6, False, "stage…"),
        ("  stage12", 6, True, "  …e12"),
        ("畳み込み層", 7, False, "畳み込…"),
        ("畳み込み層", 6, True, "…み層"),
        ("é" * 5, 3, False, "éé…"),
    ],
)
def test_cutting_counts_columns(text, room, keep_end, expected):
    assert cut(text, room, keep_end) == expected


def test_lines_break_between_words_only():
    assert wrapped("a", "one two\u00a0three 123,456,789", 9, 2) == ["a one", "  two three", "  123,456,789"]


def test_the_summary_says_where_a_field_is_all_of_the_map(net):
    """A gate sees the whole map long before, but the local field leaves it out; what follows the trunk counts."""
    gate = "- multiply:\n    map: []\n    gate: [{global_avg_pool: keepdim=true}, {conv: 8 1x1}, sigmoid]"
    gated = net(f"- conv: 8 3x3\n{gate}\n- conv: 8 3x3\n- global_avg_pool\n- linear: 2").analyze()
    assert re.search(r"`all` first at global_avg_pool$", report(gated, 120), re.MULTILINE)
    tokens = net("- conv: 8 4x4 /4\n- tokens\n- permute: [0, 2, 1]\n- linear: 4").analyze()
    assert "`all` first at linear" in report(tokens, 120)
    assert "`all` first" not in report(net("- conv: 8 3x3").analyze(), 120)
