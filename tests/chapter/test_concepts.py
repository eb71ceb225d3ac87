"""The chapter's comparisons against hand formulas, figures of papers, and brute force."""

import csv
import io
import json
import re
from functools import cache
from itertools import pairwise, product

import pytest
from click.testing import CliRunner

from archlens.chapter.concepts import CONCEPTS, concept
from archlens.cli import _group
from archlens.errors import text_width
from archlens.report.lesson import render_lessons
from archlens.report.tables import drawn, sheet_of
from tests.chapter.figures import FIGURES

FORMS = ("table", "json", "csv", "markdown", "latex", "html")
WIDEST = 100

lesson = cache(concept)


def rows(name, table):
    """The rows of a table as mappings."""
    found = lesson(name).tables[table]
    return [dict(zip(found.head, row, strict=True)) for row in found.rows]


def row(name, table, *key):
    """The one row whose first cells are these."""
    (found,) = [one for one in rows(name, table) if tuple(one.values())[: len(key)] == key]
    return found


@pytest.mark.parametrize("name", CONCEPTS)
def test_figures(name):
    for of, table, key, column, figure, why in FIGURES:
        if of == name:
            expected = pytest.approx(figure) if isinstance(figure, float) else figure
            assert row(name, table, *key)[column] == expected, f"table {table}, {key}, {column}: {why}"
    assert any(figure[0] == name for figure in FIGURES)


def positions(pixels, kernel, stride, padding, dilation):
    """Where windows begin that lie in the padded row, one after the other."""
    covers = dilation * (kernel - 1) + 1
    return [at for at in range(-padding, pixels + padding, stride) if at + covers <= pixels + padding]


def unread(pixels, kernel, stride, padding, dilation):
    """Which pixels no window reads, marked one by one."""
    taps = {at + dilation * tap for at in positions(pixels, kernel, stride, padding, dilation) for tap in range(kernel)}
    return [pixel for pixel in range(pixels) if pixel not in taps]


def test_output_sizes_by_sliding_the_window():
    for one in rows("output_size", 0):
        window = (32, one["kernel"], one["stride"], one["padding"], one["dilation"])
        missed = unread(*window)
        assert one["output"] == len(positions(*window))
        assert one["never read"] == len(missed)
        covers = one["dilation"] * (one["kernel"] - 1) + 1
        formula = max((32 + 2 * one["padding"] - covers) % one["stride"] - one["padding"], 0)
        assert one["of them at the end"] == formula == next(n for n in range(32) if 31 - n not in missed)
    for one in rows("output_size", 1):
        pixels = one["pixels"]
        assert one["3 /2 padding 1"] == len(positions(pixels, 3, 2, 1, 1))
        assert (one["3 /2"], one["3 /2: unread"]) == (len(positions(pixels, 3, 2, 0, 1)), len(unread(pixels, 3, 2, 0, 1)))
        assert (one["pool 2"], one["pool 2: unread"]) == (len(positions(pixels, 2, 2, 0, 1)), len(unread(pixels, 2, 2, 0, 1)))
        assert one["pool 2, ceil"] == len(range(0, pixels, 2))
    assert [one["map"] for one in rows("output_size", 2)] == ["6×28×28", "6×14×14", "16×10×10", "16×5×5", "120×1×1"]


def test_padding_by_counting_positions():
    for one in rows("same_padding", 0):
        added = one["in front"] + one["behind"]
        assert len(positions(32 + added, one["kernel"], 1, 0, one["dilation"])) == one["output"] == 32
        assert (one["to write"] == "same") == (one["in front"] == one["behind"])
    for one in rows("same_padding", 1):
        pixels, kernel, stride = one["pixels"], one["kernel"], one["stride"]
        needed = next(n for n in range(99) if len(positions(pixels + n, kernel, stride, 0, 1)) == -(-pixels // stride))
        assert (one["TensorFlow: in front"], one["TensorFlow: behind"]) == (needed // 2, needed - needed // 2)
        assert one["output"] == len(positions(pixels, kernel, stride, one["each side"], 1))
    for one in rows("same_padding", 2):
        sizes = [one["pixels"]]
        while sizes[-1] >= one["kernel"]:
            sizes.append(len(positions(sizes[-1], one["kernel"], 1, 0, 1)))
        assert (one["layers that fit"], one["left in the end"]) == (len(sizes) - 1, sizes[-1])
        for column, layers in (("after 1 layer", 1), ("after 5", 5), ("after 10", 10)):
            assert one[column] == (sizes[layers] if layers < len(sizes) else None)


def reads(windows):
    """The pixels that unit 0 reads through (kernel, stride, dilation) one on the other, followed back tap by tap."""
    units = {0}
    for kernel, stride, dilation in reversed(windows):
        units = {unit * stride + dilation * tap for unit in units for tap in range(kernel)}
    return units


def seen(windows):
    """From the first to the last of them."""
    return max(reads(windows)) - min(reads(windows)) + 1


WAYS = {
    "depth": lambda i: [(3, 1, 1)],
    "a 2×2 pool after every second": lambda i: [(3, 1, 1)] if i % 2 == 0 else [(3, 1, 1), (2, 2, 1)],
    "stride 2 in every second": lambda i: [(3, 2 if i % 2 else 1, 1)],
    "stride 2": lambda i: [(3, 2, 1)],
    "dilation 1, 2, 4, 8, …": lambda i: [(3, 1, 2**i)],
}


def windows_of(way, layers):
    """Of so many layers, without a pooling behind the last."""
    found = [window for i in range(layers) for window in WAYS[way](i)]
    return found[:-1] if found[-1][0] == 2 else found


@pytest.mark.parametrize("way", WAYS)
def test_receptive_fields_tap_by_tap(way):
    one, grown = row("receptive_field", 0, way), row("receptive_field", 1, way)
    assert [grown[f"layer {i}"] for i in range(1, 6)] == [seen(windows_of(way, i)) for i in range(1, 6)]
    enough = next(n for n in range(1, 99) if seen(windows_of(way, n)) >= 100)
    assert (one["layers"], one["field"]) == (enough, seen(windows_of(way, enough)))


def test_stacks_see_as_far_as_the_one():
    for one in rows("stacks", 0):
        kernel, count = {"one 5×5": (5, 1), "two 3×3": (3, 2), "one 7×7": (7, 1), "three 3×3": (3, 3)}[one["stack"]]
        assert one["field"] == seen([(kernel, 1, 1)] * count)
        assert one["weights"] == count * kernel**2 * one["channels"] ** 2
        assert one["MACs"] == one["weights"] * 56 * 56
    for one in rows("stacks", 1):
        assert (one["field"], one["weights / C²"]) == (seen([(3, 1, 1)] * one["3×3 layers"]), 9 * one["3×3 layers"])
        assert one["of the one / C²"] == one["field"] ** 2


def test_holes_of_dilation_pixel_by_pixel():
    for one in rows("dilation", 1):
        row_of = reads([(3, 1, int(d)) for d in one["dilations"].split(", ")])
        length = max(row_of) + 1
        assert one["along a row: x is read"] == "".join("x" if i in row_of else "·" for i in range(length))
        touched = set(product(row_of, row_of))
        assert (one["pixels in it"], one["read"]) == (length**2, len(touched))
        assert one["holes %"] == pytest.approx(100 * (1 - len(touched) / length**2))


MODULES = {  # arXiv:1409.4842, table 1: channels in, 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5, pool proj
    "3a": (192, 64, 96, 128, 16, 32, 32),
    "3b": (256, 128, 128, 192, 32, 96, 64),
    "4a": (480, 192, 96, 208, 16, 48, 64),
    "4b": (512, 160, 112, 224, 24, 64, 64),
    "4c": (512, 128, 128, 256, 24, 64, 64),
    "4d": (512, 112, 144, 288, 32, 64, 64),
    "4e": (528, 256, 160, 320, 32, 128, 128),
    "5a": (832, 256, 160, 320, 32, 128, 128),
    "5b": (832, 384, 192, 384, 48, 128, 128),
}


@pytest.mark.parametrize("name", MODULES)
def test_inception_modules_by_the_table_of_the_paper(name):
    came, c1, r3, c3, r5, c5, pool = MODULES[name]
    one = row("inception", 1, name)
    assert one["maps out"] == c1 + c3 + c5 + pool
    assert one["naive maps out"] == c1 + c3 + c5 + came
    assert one["weights"] == came * (c1 + r3 + r5 + pool) + 9 * r3 * c3 + 25 * r5 * c5
    assert one["naive weights"] == came * (c1 + 9 * c3 + 25 * c5)


def test_vision_transformers_by_a_closed_formula():
    width, blocks = 768, 12
    for one in rows("patches", 0):
        grid, values = (one["image"] // one["patch"]) ** 2, 3 * one["patch"] ** 2
        tokens = grid + 1
        attention = blocks * 2 * tokens**2 * width
        macs = grid * values * width + blocks * 12 * tokens * width**2 + attention + 1000 * width
        assert (one["tokens"], one["MACs"], one["positions"]) == (tokens, macs, tokens * width)
        assert one["attention % of MACs"] == pytest.approx(100 * attention / macs)
    assert row("patches", 0, 224, 16)["attention % of MACs"] == pytest.approx(4.1, abs=0.05)
    assert row("patches", 0, 384, 16)["attention % of MACs"] == pytest.approx(11.1, abs=0.05)


def test_mobilenet_is_mostly_pointwise():
    whole = {one["MobileNet with"]: one for one in rows("separable", 1)}
    full = whole["3×3 convolutions"]
    # arXiv:1704.04861, tables 2 and 4: 4866 million mult-adds and 29.3 million parameters; 94.86 % in 1×1, 24.33 % in the last
    assert round(full["MACs"] / 1e6) in (4866, 4867)
    assert round(full["params"] / 1e6, 1) == 29.3
    kinds = rows("separable", 2)
    assert row("separable", 2, "1×1")["% of MACs"] == pytest.approx(94.86, abs=0.01)
    assert row("separable", 2, "3×3 depthwise")["% of MACs"] == pytest.approx(3.06, abs=0.01)
    assert sum(kind["MACs"] for kind in kinds) == whole["depthwise + 1×1"]["MACs"]
    assert sum(kind["params"] for kind in kinds) == whole["depthwise + 1×1"]["params"]


def test_thawing_adds_part_after_part():
    parts = [one["params"] for one in rows("freezing", 0)][::-1]
    thawed = rows("freezing", 1)
    assert [one["params"] for one in thawed] == [sum(parts[: i + 1]) for i in range(len(parts))]
    for one in thawed:
        assert one["Adam MB"] == pytest.approx(2 * 4 * one["params"] / 1e6)
    for column in ("backward MACs", "activations MB"):
        assert all(fewer[column] < more[column] for fewer, more in pairwise(thawed))


def test_sums_are_of_their_parts():
    assert sum(one["weights"] for one in rows("bottleneck", 0)[1:4]) == row("bottleneck", 0, "bottleneck")["weights"]
    for name, table in (("same_name", 1), ("same_name", 2), ("inception", 0), ("shortcuts", 1)):
        *parts, total = rows(name, table)
        for column in [column for column, value in total.items() if isinstance(value, int)]:
            assert sum(part[column] for part in parts) == total[column], (name, column)
    whole = rows("channels_and_maps", 1)[1:]
    assert sum(one["params"] for one in whole) == 138_357_544
    assert sum(one["MACs"] for one in whole) == 15_470_264_320


def test_the_formulas_of_the_third_layer_of_lenet():
    then, today = [line.split("params = ")[1].replace("·", "*") for line in lesson("same_name").formula[1:]]
    c3 = row("same_name", 1, "C3")
    assert (eval(then), eval(today)) == (c3["1998"], c3["today"]) == (1_516, 2_416)


@pytest.mark.parametrize("name", CONCEPTS)
def test_a_lesson_is_short_and_fits(name):
    one = lesson(name)
    assert re.fullmatch(r"12\.[1-7]", one.section)
    assert len(re.findall(r"\.(?= |$)", one.teaches)) == 2, "two sentences"
    assert all(text_width(line) <= WIDEST - 2 for line in one.formula)
    for table in one.tables:
        assert len(set(table.head)) == len(table.head)
        assert 0 < len(table.rows) < 20
        assert max(map(text_width, drawn(sheet_of(table), 1000))) <= WIDEST, table.caption


def test_concepts_stand_in_the_order_of_the_chapter():
    sections = [lesson(name).section for name in CONCEPTS]
    assert sections == sorted(sections)


@pytest.mark.parametrize("form", FORMS)
def test_every_format_holds_every_table(form):
    lessons = [lesson(name) for name in CONCEPTS]
    text = render_lessons(lessons, form, 120)
    tables = [table for one in lessons for table in one.tables]
    if form == "json":
        assert [len(one["tables"]) for one in json.loads(text)] == [len(one.tables) for one in lessons]
    elif form == "csv":
        found = list(csv.reader(io.StringIO(text)))
        assert len([line for line in found if line]) == sum(len(table.rows) + 1 for table in tables)
    elif form == "table":
        assert max(map(text_width, text.splitlines())) <= 120
        assert text.count("─\n") == len(tables)
    else:
        mark = {"markdown": r"\n\|[-:]", "latex": r"\\begin\{tabular\}", "html": "<table"}[form]
        assert len(re.findall(mark, text)) == len(tables)


def run(*arguments):
    return CliRunner().invoke(_group, ["concepts", *arguments], prog_name="archlens")


def test_the_command_lists_shows_and_refuses():
    listed = run()
    assert listed.exit_code == 0
    assert all(name in listed.stdout for name in CONCEPTS)
    shown = run("locality", "--format", "csv")
    assert shown.exit_code == 0
    assert "71680000" in shown.stdout
    unknown = run("localty")
    assert unknown.exit_code == 2
    assert "did you mean `locality`?" in unknown.stderr
