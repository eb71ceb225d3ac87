"""What people and tools read of a difference: figures worked by hand, rows that add up, nothing too wide or too long."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

import archlens
from archlens.analysis.difference import Difference
from archlens.errors import UsageError, text_width
from archlens.report.diff.amounts import percent_text, signed, totals
from archlens.report.diff.limits import broken, limit
from archlens.report.diff.page import remarks, total_rows
from archlens.report.diff.pair import Comparison, Pair
from archlens.report.diff.rows import pattern, rows
from archlens.report.diff.written import DIFF_FORMATS, render_diff
from tests.diff.networks import diff, flat, spec
from tests.site.reading import Read

OLD = "layers: [{conv: 8 3x3 same, name: a}, relu, {conv: 8 3x3 same, name: b}, global_avg_pool, {linear: 10, name: head}]"
NEW = (
    "layers: [{conv: 8 3x3 same, name: a}, relu, {conv: 16 3x3 same, name: b}, {conv: 4 1x1, name: c}, "
    "global_avg_pool, {linear: 10, name: head}]"
)
# By hand, on a map of 32×32: b has 8·16·9 + 16 instead of 8·8·9 + 8 parameters, c 16·4 + 4, head 4·10 instead of 8·10 weights.
B, C, HEAD = (1152 + 16) - (576 + 8), 64 + 4, -40
B_MACS, C_MACS, HEAD_MACS = 1024 * 576, 1024 * 64, -40


def pair(old: str, new: str) -> Pair:
    found = diff(spec(old), spec(new))
    return Pair(found.old, found.new, ("old.yaml", "new.yaml"), found)


def test_rows_and_totals_by_hand() -> None:
    found = pair(OLD, NEW)
    assert found.difference
    assert [(one.kind, one.name, one.what, one.output, one.params, one.macs) for one in rows(found.difference)] == [
        ("changed", "b", "conv: out_channels 8 → 16", "8×32×32 → 16×32×32", B, B_MACS),
        ("added", "c", "conv 4 1×1", "4×32×32", C, C_MACS),
        ("resized", "2 layers", "only sizes follow, mostly of head", "", HEAD, HEAD_MACS),
    ]
    by_name = {one.figure.name: one for one in totals(found.old, found.new)}
    old = 3 * 8 * 9 + 8 + 8 * 8 * 9 + 8 + 8 * 10 + 10
    assert (by_name["params"].old, by_name["params"].amount) == (old, B + C + HEAD)
    assert by_name["params"].percent == Fraction(100 * (B + C + HEAD), old)
    assert by_name["depth"].texts() == ("3", "4", "+1", "+33.3\u00a0%")
    assert by_name["receptive_field"].texts() == ("5", "5", "=", "")
    assert [one.name for one in rows(found.difference, every=True)] == ["b", "c", "global_avg_pool", "head"]


@pytest.mark.parametrize(
    ("old", "new"), [("resnet18", "resnet50"), ("vgg16", "vgg19"), ("inception_v3", "googlenet"), ("unet:same", "unet:paper")]
)
def test_rows_add_up_in_every_form(old: str, new: str) -> None:
    found = diff(archlens.load(old), archlens.load(new))
    for every in (False, True):
        shown = rows(found, every)
        for figure in ("params", "macs"):
            expected = getattr(found.new.totals, figure) - getattr(found.old.totals, figure)
            assert sum([getattr(one, figure) for one in shown]) == expected
        assert sum([one.layers for one in shown]) == len(found.changes)
    assert len(rows(found)) <= 25
    comparison = Comparison([Pair(found.old, found.new, (old, new), found)])
    for width in (80, 120):
        lines = render_diff(comparison, "text", width).split("\n")
        assert max(map(text_width, lines)) <= width
    for level in ("block", "stage", "2"):
        data = render_diff(comparison._replace(level=level), "markdown")
        assert f"{found.new.totals.params:,}" in data


def test_json_holds_every_layer_and_figure() -> None:
    found = pair(OLD, NEW)
    data = json.loads(render_diff(Comparison([found]), "json"))
    (one,) = data["pairs"]
    assert (data["schema"], data["same"], one["status"]) == (1, False, "changed")
    assert one["counts"] == {"added": 1, "removed": 0, "changed": 1, "resized": 2, "unchanged": 2}
    assert [layer["difference"]["params"] for layer in one["layers"]] == [B, C, 0, HEAD]
    assert one["layers"][0]["arguments"] == {"out_channels": [8, 16]}
    assert one["layers"][1]["old"] is None
    assert one["totals"]["macs"]["difference"] == B_MACS + C_MACS + HEAD_MACS
    same = json.loads(render_diff(Comparison([pair(OLD, OLD)]), "json"))
    assert same["same"] is True
    assert same["pairs"][0]["layers"] == []


def many(count: int) -> Pair:
    """A pair whose changes do not go together: as many kernels, each of another size."""
    lines = [f"conv: {4 + 2 * i} 3x3 same" for i in range(count)]
    found = diff(
        flat(lines), flat([f"{line} bias=false" if i % 2 else line.replace("3x3", "5x5") for i, line in enumerate(lines)])
    )
    return Pair(found.old, found.new, ("a.yaml", "b.yaml"), found)


def test_markdown_fits_a_comment() -> None:
    text = render_diff(Comparison([pair(OLD, NEW)], "since main", ["a *note*"], ["macs > +5%: no"]), "markdown")
    assert text.startswith("<!-- archlens diff -->\n\n### ")
    assert "a \\*note\\*" in text
    assert "<details>" not in text
    one = many(30)
    every = Comparison([one], every=True)
    assert "<details><summary>30 changes</summary>\n\n|" in render_diff(every, "markdown")
    several = render_diff(Comparison([one] * 60, every=True), "markdown")
    assert 50_000 < len(several) < 65_536
    assert "which a comment has no room for" in several
    assert several.count("<details>") == several.count("</details>")


def test_html_is_sound_and_escapes() -> None:
    bad = spec('layers: [{conv: 8 3x3 same, name: "<b>&"}]'), spec('layers: [{conv: 9 3x3 same, name: "<b>&"}]')
    found = diff(*bad)
    one = Pair(found.old, found.new, ("<i>", "&amp;"), found)
    for comparison in (Comparison([one]), Comparison([one, pair(OLD, OLD), Pair(None, found.new, ("", "n"))]), Comparison([])):
        text = render_diff(comparison, "html")
        assert Read(text).faults == []
        assert "<b>&" not in text
        assert "<i>" not in text
        assert text.split("\n")[1] == "<!-- archlens diff -->"
    assert "&lt;b&gt;&amp;" in render_diff(Comparison([one]), "html")


def test_several_pairs_begin_with_a_summary() -> None:
    found = pair(OLD, NEW)
    comparison = Comparison([found, pair(OLD, OLD), Pair(None, found.new, ("", "n.yaml")), Pair(found.old, None, ("o.yaml", ""))])
    lines = render_diff(comparison, "text", 100).split("\n")
    assert [line.split()[:3][-2:] for line in lines[2:6]] == [
        ["(new.yaml)", "changed"],
        ["(new.yaml)", "same"],
        ["(n.yaml)", "new"],
        ["(o.yaml)", "deleted"],
    ]
    for form in DIFF_FORMATS:
        assert "deleted" in render_diff(comparison, form)


def test_one_network_that_is_gone_is_said_to_be() -> None:
    gone = Comparison([Pair(pair(OLD, NEW).old, None, ("main:o\n# p.yaml", ""))])
    for form in DIFF_FORMATS:
        assert "deleted" in render_diff(gone, form)
    assert "\n# p" not in render_diff(gone, "markdown")


def test_what_is_none_on_both_sides_is_left_out() -> None:
    text = "layers: [linear: {}]"
    found = diff(spec(text.format(8), "5"), spec(text.format(9), "5"))
    assert [row[0] for row in total_rows(Pair(found.old, found.new, ("", ""), found))] == [
        *["params", "MACs", "FLOPs", "activations", "peak", "depth", "layers"]
    ]


def test_inputs_and_outputs_in_another_order() -> None:
    text = (
        "archlens: 1\ninputs: {%s: 3x8x8, %s: 3x8x8}\nlayers:\n"
        "  - {conv: 4 3x3, from: a, as: x}\n  - {conv: 4 5x5, from: b, as: y}\n"
        "outputs: [%s]\n"
    )
    old, new = [archlens.load_text(text % names) for names in (("a", "b", "x, y"), ("b", "a", "y, x"))]
    found = diff(old, new)
    assert (found.changes, found.same) == ((), False)
    assert [(one.label, one.text) for one in remarks(found)] == [
        ("inputs", "in another order: a, b → b, a"),
        ("outputs", "in another order: x, y → y, x"),
        ("unchanged", "2 layers"),
    ]


def test_losses_and_rules_that_may_be_broken_are_told() -> None:
    layers = "layers: [{conv: 8 3x3, name: a}, {conv: 8 3x3, name: b}, global_avg_pool, linear: 10]\n"
    old = "loss: cross_entropy\nallow: {ARC502: {layers: a, reason: as published}, ARC505: {layers: b, reason: no}}\n"
    new = "loss: nll_loss\nallow: {ARC502: {layers: [a, b], reason: as published}, ARC506: small}\n"
    found = diff(spec(layers + old), spec(layers + new))
    assert not found.same
    assert found.losses == {"output": ("cross_entropy", "nll_loss")}
    assert found.allowed == {
        "ARC502": ({"as published": 1}, {"as published": 2}),
        "ARC505": ({"no": 1}, {}),
        "ARC506": ({}, {"small": None}),
    }
    assert [one.text for one in remarks(found)][:4] == [
        "cross_entropy → nll_loss",
        "ARC502 in 1 layer, as published → in 2 layers, as published",
        "ARC505 in 1 layer, no (no longer)",
        "ARC506 everywhere, small (new)",
    ]
    said = json.loads(found.render("json"))["pairs"][0]
    assert said["losses"] == {"output": ["cross_entropy", "nll_loss"]}
    assert said["allowed"]["ARC506"] == {"old": {}, "new": {"small": None}}
    assert diff(spec(layers + old), spec(layers + old)).same


def test_a_difference_shows_itself() -> None:
    found = archlens.diff(spec(OLD), spec(NEW))
    assert repr(found) == found.render()
    assert "conv: out_channels 8 → 16" in repr(found)
    assert found._repr_html_() == found.render("html")
    assert isinstance(found, Difference)
    with pytest.raises(UsageError, match="form must be one of"):
        found.render("pdf")
    with pytest.raises(UsageError, match="no level"):
        found.render(level="layr")


REMARKS = {
    "input": ("layers: [relu]\n", "layers: [relu]\n", "3x8x8", "input      3×32×32 → 3×8×8"),
    "expected": (
        "layers: [relu]\nexpect: {params: 0}",
        "layers: [relu]\nexpect: {depth: 0}",
        "3x32x32",
        "expected   params 0 (no longer), depth 0 (new)",
    ),
    "missed": ("layers: [relu]", "layers: [relu]\nexpect: {params: 7}", "3x32x32", "missed     ✗ params 0, expected 7"),
    "renamed": (
        "layers: [{relu: , name: a}, dropout]",
        "layers: [{relu: , name: b}, dropout]",
        "3x32x32",
        "renamed    1 layer: a → b",
    ),
}


def test_scopes_go_together_only_if_they_hold_the_same() -> None:
    branches = "{concat: {%s: [conv: 4 1x1, relu], %s: [conv: 4 1x1, %s], keep: [], more: []}}"
    old = "layers: [{concat: {keep: [], more: []}}]"
    alike, unlike = [pair(old, f"layers: [{branches % ('a', 'b', last)}]") for last in ("relu", "gelu")]
    assert alike.difference
    assert unlike.difference
    assert [one.times for one in rows(alike.difference) if one.layers > 1 and one.kind == "added"] == [2]
    assert [one.times for one in rows(unlike.difference) if one.layers > 1 and one.kind == "added"] == [1, 1]


def test_a_name_that_follows_the_type_is_not_told() -> None:
    found = diff(spec("layers: [relu, relu, dropout]"), spec("layers: [gelu, gelu, dropout]"))
    assert [one.aspects for one in found.changes] == [("type",), ("type",)]
    assert found.renamed == ()
    named = diff(spec("layers: [{relu: , name: a}]"), spec("layers: [{gelu: , name: b}]"))
    assert named.renamed == (("a", "b"),)


@pytest.mark.parametrize("case", REMARKS)
def test_what_stands_under_the_tables(case: str) -> None:
    old, new, size, expected = REMARKS[case]
    found = archlens.diff(spec(old), spec(new, size))
    assert not found.same
    assert expected in found.render(width=100).split("\n")


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a/b"], "a/b"),
        (["s3/B7", "s3/B8", "s3/B9"], "s3/B7…9"),
        (["s3/B7", "s3/B9"], "s3/B*"),
        (["s1/B1/conv", "s2/B2/conv"], "s*/B*/conv"),
        (["a", "b/c"], "a, …"),
        (["x/conv", "y/relu"], "x/conv, …"),
    ],
)
def test_one_path_for_several(paths: list[str], expected: str) -> None:
    assert pattern(paths) == expected


def test_amounts() -> None:
    assert [signed(value) for value in (1024, -3, 0)] == ["+1,024", "−3", "0"]
    assert [percent_text(value and Fraction(value)) for value in (None, "0", "74.31", "-0.04", "0.0001", "1234.5")] == [
        "",
        "",
        "+74.3\u00a0%",
        "−0.040\u00a0%",
        "+<0.001\u00a0%",
        "+1,234.5\u00a0%",
    ]


# vgg16 → vgg19: params 138,357,544 → 143,667,240 (+3.84 %), MACs +26.9 %, depth 16 → 19, RF 212 → 268, peak the same.
LIMITS = {
    "macs > +5%": True,
    "macs > 5%": True,
    "macs > +26.9%": True,
    "macs > +26.91%": False,
    "params > +5.3M": True,
    "params > +5_309_696": False,
    "params >= +5309696": True,
    "params > 143M": True,
    "params > 144M": False,
    "parameters < 1": False,
    "depth != +0": True,
    "depth == 19": True,
    "depth < -1": False,
    "rf > 250": True,
    "receptive-field <= 212": False,
    "peak_memory > +0": False,
    "peak_memory > 25MB": True,
    "buffers > +0%": False,
    "FLOPs>+10%": True,
}


def test_limits() -> None:
    found = archlens.diff("vgg16", "vgg19")
    one = Pair(found.old, found.new, ("vgg16", "vgg19"), found)
    assert {text: bool([*broken([limit(text)], one)]) for text in LIMITS} == LIMITS
    back = Pair(found.new, found.old, ("", ""), found)
    assert [bool([*broken([limit(text)], back)]) for text in ("macs < -5%", "macs < −21.1%", "macs < -21.3%")] == [
        True,
        True,
        False,
    ]
    assert [*broken([limit("depth > +2")], one)] == ["depth > +2: VGG · vgg16 → VGG · vgg19 has +3 (+18.8\u00a0%), 16 → 19"]


def test_limits_where_a_side_or_a_figure_is_missing() -> None:
    found = diff(spec("layers: [conv: 4 3x3]"), spec("layers: [flatten, linear: 4]"))
    both = Pair(found.old, found.new, ("", ""), found)
    assert [*broken([limit("rf > +5%")], both)] == ["rf > +5%: <text> has no receptive_field now"]
    assert [*broken([limit("rf > +5%")], both._replace(old=found.new))] == []
    new = Pair(None, found.old, ("", ""))
    assert [bool([*broken([limit(text)], new)]) for text in ("params > 10", "params > +1%")] == [True, False]
    assert [*broken([limit("params > 10")], Pair(found.old, None, ("", "")))] == []
    none = diff(spec("layers: [relu]"), spec("layers: [conv: 4 1x1]"))
    assert [*broken([limit("params > +900%")], Pair(none.old, none.new, ("", ""), none))]  # of nothing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mac > +5%", "no figure is called `mac`; did you mean `macs`"),
        ("qqq > 5", "no figure is called `qqq`; there are params,"),
        ("macs +5%", "this is no limit; write"),
        ("macs => 5%", "this is no limit"),
        ("macs > five", "this is no limit"),
        ("macs > 5 bananas", "`5 bananas` is no amount"),
        ("macs > 5M%", "`5M%` is no amount"),
        ("macs > 1.2.3", "`1.2.3` is no amount"),
        ("network > 3", "no figure is called `network`"),
    ],
)
def test_limits_that_are_none(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        limit(text)
