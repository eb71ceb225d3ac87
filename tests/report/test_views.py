"""Blocks and stages, sorted and cut tables, shares: in every format the same rows, and they add up."""

import csv
import io
import json
import re

import pytest

from archlens.errors import UsageError
from archlens.report.columns import choose
from archlens.report.csv import csv_heading, csv_rows
from archlens.report.json import analysis_json, render_json
from archlens.report.numbers import bar, percent, ratio
from archlens.report.page import page
from archlens.report.terminal import render_table
from archlens.report.view import View, make_view
from tests.report.table import bounds, columns_of, read_table

NAMES = ["lenet5", "resnet18", "mobilenet_v1", "googlenet_2014", "twins"]
SUMMED = {"params": "params", "MACs": "macs", "FLOPs": "flops", "activations": "activations"}
ALL = "path,layers,output,params,params_share,buffers,macs,macs_share,flops,activations,receptive_field"


def table(analysis, width=160, **view):
    return read_table(render_table(analysis, width, make_view(**view)))


def as_csv(analysis, **view):
    wanted = make_view(**view)
    return list(csv.DictReader(io.StringIO(csv_heading(wanted) + csv_rows(analysis, wanted))))


def percentage(cell):
    """What a share says, at least and at most; a bar after it left out."""
    text = cell.replace("\u00a0", " ").split(" %")[0].strip()
    if text[:1] in "<>" and text:
        return (0, 0.1) if text[0] == "<" else (99.9, 100)
    return (float(text) - 0.05, float(text) + 0.05) if text else (0, 0)


@pytest.mark.parametrize("level", ["layer", "block", "stage", "2"])
@pytest.mark.parametrize("name", NAMES)
def test_columns_add_up_at_every_level(name, level, analysis_of):
    found = table(analysis_of(name), 200, level=level, columns=ALL.replace("layers,", "") if level == "layer" else ALL)
    rows = found.outermost()
    for heading in SUMMED:
        cells = [bounds(found.rows[row].cells[heading]) for row in rows]
        low, high = bounds(found.total[heading])
        assert sum(low for low, _ in cells) <= high
        assert sum(high for _, high in cells) >= low
    for heading in ("of params", "of MACs"):
        shares = [percentage(found.rows[row].cells[heading]) for row in rows]
        assert sum(low for low, _ in shares) <= 100 <= sum(high for _, high in shares)
        assert found.total[heading].startswith("100")
    if level != "layer":
        assert sum(int(row.cells["layers"]) for row in found.rows) == len(analysis_of(name).layers)


@pytest.mark.parametrize("level", ["layer", "block", "stage"])
@pytest.mark.parametrize("top", [1, 3, 10_000])
def test_what_is_cut_off_is_summed_in_one_row(level, top, analysis_of):
    analysis = analysis_of("resnet18")
    full, cut = as_csv(analysis, level=level, sort="macs"), as_csv(analysis, level=level, sort="macs", top=top)
    assert cut[:top] == full[:top]
    rest = full[top:]
    assert len(cut) == min(top + 1, len(full))
    if rest:
        assert cut[-1]["path"] == f"{len(rest)} more"
        for figure in ("params", "macs", "flops", "activations"):
            assert int(cut[-1][figure]) == sum(int(row[figure]) for row in rest)
        assert cut[-1]["output"] == ""


@pytest.mark.parametrize(
    ("column", "ascending", "expected"),
    [
        ("params", False, ["C5", "F6", "C3"]),
        ("params", True, ["tanh1", "S2", "tanh2"]),
        ("RF", False, ["flatten", "F6", "tanh4"]),
        ("receptive_field", True, ["C1", "tanh1", "S2"]),
        ("output", False, ["C1", "tanh1", "C3"]),
        ("path", False, ["C1", "C3", "C5"]),
        ("of MACs", False, ["C3", "C1", "C5"]),
        ("line", True, ["C1", "tanh1", "S2"]),
        ("macs-per-param", False, ["C1", "C3", "C5"]),
        ("arithmetic_intensity", True, ["tanh1", "tanh2", "tanh3"]),
    ],
)
def test_rows_are_sorted_as_asked(column, ascending, expected, analysis_of):
    found = table(analysis_of("lenet5"), sort=column, ascending=ascending)
    assert [row.cells["layer"] for row in found.rows[:3]] == expected
    assert make_view(sort=column).sort.heading in found.headings, "what it is sorted by is shown"
    assert [row["path"] for row in as_csv(analysis_of("lenet5"), sort=column, ascending=ascending)[:3]] == expected


def test_rows_without_a_value_come_last_both_ways(analysis_of):
    for ascending in (False, True):
        rows = as_csv(analysis_of("twins"), sort="macs_per_param", ascending=ascending)
        values = [row["macs_per_param"] for row in rows]
        known = [float(value) for value in values if value]
        assert values[len(known) :] == [""] * (len(values) - len(known))
        assert known == sorted(known, reverse=not ascending)


def test_a_sorted_table_is_flat_and_names_layers_in_full(analysis_of):
    analysis = analysis_of("resnet18")
    found = table(analysis, 200, sort="flops")
    assert {row.depth for row in found.rows} == {0}
    assert {row.cells["layer"] for row in found.rows} == {layer.path for layer in analysis.layers}


@pytest.mark.parametrize("view", [{"level": "stage"}, {"level": "block"}, {"sort": "activations"}, {"level": "stage", "top": 2}])
def test_views_fit_the_width_and_more_room_never_shows_less(view, analysis_of):
    shown = []
    for width in range(50, 221, 5):
        text = render_table(analysis_of("resnet18"), width, make_view(**view))
        assert max(columns_of(line) for line in text.splitlines()) <= width or len(read_table(text).headings) <= 4
        shown.append(len(read_table(text).headings))
    assert shown == sorted(shown)


def test_bars_are_as_long_as_the_shares(analysis_of):
    text = render_table(analysis_of("resnet18"), 120, make_view(level="stage"))
    row = next(line for line in text.splitlines() if line.startswith("stage4"))
    lengths = [sum({"█": 8}.get(sign, "▏▎▍▌▋▊▉".find(sign) + 1) for sign in drawn) for drawn in re.findall(r"[▏▎▍▌▋▊▉█]+", row)]
    params, macs = 8_393_728 / 11_689_512, 411_041_792 / 1_814_073_344
    assert [abs(length / 64 - share) < 1 / 64 for length, share in zip(lengths, (params, macs), strict=True)] == [True, True]
    assert not set("▏▎▍▌▋▊▉█") & set(render_table(analysis_of("resnet18"), 80, make_view(level="stage")))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", ["block", "stage"])
def test_json_has_the_groups(name, level, analysis_of):
    analysis, view = analysis_of(name), make_view(level=level)
    found = json.loads(render_json([analysis_json(analysis, view.rows(analysis))], several=False))
    assert "groups" not in analysis_json(analysis)
    for key in ("params", "macs", "flops", "activations", "buffers", "moved"):
        assert sum(group[key] for group in found["groups"]) == found["totals"][key]
    for key in ("params_share", "macs_share"):
        assert sum(group[key] for group in found["groups"]) == pytest.approx(100)
        assert sum(family[key] for family in found["families"].values()) == pytest.approx(100)
    assert sum(group["layers"] for group in found["groups"]) == len(found["layers"])
    last = {}
    for layer in found["layers"]:
        last[layer["path"].rpartition("/")[0] if level == "block" else layer["path"].split("/")[0]] = layer
    for group in found["groups"]:
        end = last.get(group["path"]) or next(layer for layer in found["layers"] if layer["path"] == group["path"])
        assert (group["output_shape"], group["receptive_field"]) == (end["output_shape"], end["receptive_field"])


def test_intensity_and_families_stand_in_the_summary_and_in_json(analysis_of):
    analysis = analysis_of("lenet5")
    text, found = render_table(analysis, 100), json.loads(render_json([analysis_json(analysis)], several=False))
    conv = 117_600 + 240_000 + 48_000
    assert found["families"]["convolution"]["macs"] == conv
    assert found["families"]["linear"]["macs_share"] == pytest.approx(100 * (84 * 120 + 840) / 416_520)
    assert re.search(rf"MACs by family +convolution {100 * conv / 416_520:.1f} %, linear 2\.6 %", text)
    assert found["totals"]["macs_per_param"] == 416_520 / 61_706
    assert re.search(r"intensity +[0-9.]+  FLOPs per byte moved; 6\.75 MACs per parameter", text)
    assert "MACs by family" not in render_table(analysis_of("mlp"), 100), "one family needs no line"


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        ({"sort": "parms"}, "no column is called `parms`; did you mean `params`?"),
        ({"sort": "zzz"}, "there are path, type,"),
        ({"level": "stge"}, "no level is called `stge`; did you mean `stage`?"),
        ({"level": "0"}, "or how many parts of a path"),
        ({"level": "-1"}, "no level"),
        ({"level": "9" * 5000}, "no level"),
        ({"ascending": True}, "add --sort NAME"),
        ({"level": "block", "columns": "path,operation"}, "`operation` is said of single layers, not of groups"),
        ({"level": "stage", "sort": "jump"}, "of groups there are path,"),
        ({"columns": "path,layers"}, "`layers` is said of groups; add --level"),
    ],
)
def test_what_cannot_be_shown(words, cure):
    with pytest.raises(UsageError) as caught:
        make_view(**words)
    assert cure in str(caught.value)


def test_pages_have_a_cell_for_every_column(analysis_of):
    for view in (None, make_view(level="stage"), make_view(sort="macs", top=2), View(choose("path,of params,line"))):
        sheet = page(analysis_of("twins"), view).sheet
        assert {len(row) for row in (*sheet.rows, sheet.totals, sheet.numeric)} == {len(sheet.head)}
        assert sheet.totals[0] == "total"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 7, ""), (7, 7, "100 %"), (1, 2, "50.0 %"), (1, 3, "33.3 %"), (1, 5000, "<0.1 %"), (4999, 5000, ">99.9 %"), (0, 0, "")],
)
def test_percentages_claim_neither_nothing_nor_all(part, whole, text):
    assert percent(part, whole).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("part", "whole", "drawn"),
    [(0, 1, ""), (1, 1, "████"), (1, 2, "██"), (1, 32, "▏"), (1, 10**9, "▏"), (3, 8, "█▌"), (0, 0, "")],
)
def test_bars(part, whole, drawn):
    assert bar(part, whole, 4) == drawn


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.0, ""),
        (0.004, "<0.01"),
        (0.5, "0.50"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (99.96, "100"),
        (12544.0, "12,544"),
    ],
)
def test_ratios(value, text):
    assert ratio(value) == text
