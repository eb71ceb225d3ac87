"""Networks side by side: figures against published ones and closed formulas, order, conditions, formats."""

import csv
import io
import json
import random

import pytest

import archlens
from archlens.errors import UsageError, text_width
from archlens.report.comparison import PRESETS
from archlens.report.figures import FIGURES

SEVERAL = ("lenet5", "alexnet", "vgg16", "resnet50", "mobilenet_v1", "vit_b16", "unet", "c3d", "mlp")


@pytest.fixture(scope="module")
def several():
    return [archlens.load(name) for name in SEVERAL]


def cells(*names, columns, **asked):
    """The raw rows, by the names of the columns."""
    return json.loads(archlens.compare(*names, columns=columns, **asked).render("json"))["rows"]


# The three fully connected layers of VGG-16: 25,088·4,096 + 4,096² + 4,096·1,000 weights and as many biases as neurons.
VGG_HEAD_MACS = 25_088 * 4096 + 4096 * 4096 + 4096 * 1000
VGG_HEAD = VGG_HEAD_MACS + 4096 + 4096 + 1000

WORKED = [
    ("vgg16", "head_params", VGG_HEAD),
    ("vgg16", "head_macs", VGG_HEAD_MACS),
    ("vgg16", "head_share", round(100 * VGG_HEAD / 138_357_544, 4)),
    ("vgg16", "linear_params", round(100 * VGG_HEAD / 138_357_544, 4)),
    ("vgg16", "convolution_params", round(100 * (1 - VGG_HEAD / 138_357_544), 4)),
    ("vgg16", "attention_params", 0.0),
    ("vgg16", "covers", round(100 * 212 / 224, 2)),
    ("vgg16", "stride", [32, 32]),
    ("vgg16", "last_map", [512, 7, 7]),
    ("vgg16", "parameter_bytes", 4 * 138_357_544),
    ("vgg16", "input", [[3, 224, 224]]),
    ("resnet50", "head_params", 2048 * 1000 + 1000),
    ("resnet50", "normalization_params", round(100 * 53_120 / 25_557_032, 4)),
    ("resnet50", "buffers", 53_120 + 53),
    ("resnet50", "sees_all_at", "global_avg_pool"),
    ("vit_b16", "head_params", 768 * 1000 + 1000),
    # Queries, keys, values and the way out of twelve layers.
    ("vit_b16", "attention_params", round(100 * 12 * 4 * (768 * 768 + 768) / 86_567_656, 4)),
    ("lenet5", "output", [[10]]),
    ("unet", "head", None),
    ("unet", "head_params", None),
    ("mlp", "receptive_field", None),
    ("mlp", "stride", None),
    ("c3d", "stride", [16, 32, 32]),
    ("resnet50", "key_idea", "Identity shortcuts let very deep networks train"),
    ("resnet50", "top1", 76.13),
]


@pytest.mark.parametrize(("name", "column", "expected"), WORKED)
def test_figures_are_those_worked_out_by_hand(name, column, expected):
    assert cells(name, columns=[column]) == [{column: expected}]


def test_the_head_says_what_becomes_a_vector():
    rows = cells("vgg16", "resnet50", "vit_b16", columns=["head"])
    found = [(row["head"]["type"], row["head"]["shape"][1:], row["head"]["features"]) for row in rows]
    assert found == [
        ("flatten", [512, 7, 7], 25_088),
        ("global_avg_pool", [2048, 7, 7], 2048),
        ("select", [197, 768], 768),
    ]


def test_a_head_beside_it_is_not_the_head():
    """A linear layer of 5 on 4 features, (4 + 1)·5; what comes after the first output has no say."""
    lines = (
        "- {conv: 4 3x3 same, as: a}\n- global_avg_pool\n- {linear: 5, as: main}\n- {flatten: , from: a}\n- {linear: 7, as: aux}"
    )
    net = archlens.load_text(f"archlens: 1\ninput: 3x9x9\nlayers:\n{lines}\noutputs: [main, aux]\n")
    (row,) = cells(net, columns=["head", "head_params"])
    assert (row["head"]["type"], row["head"]["features"], row["head_params"]) == ("global_avg_pool", 4, 25)


def test_a_gate_is_no_head():
    text = """archlens: 1
input: 8x4x4
layers:
  - multiply:
      map: []
      gate: [global_avg_pool, linear: 8, sigmoid, reshape: [8, 1, 1]]
  - conv: 4 1x1
"""
    assert cells(archlens.load_text(text), columns=["head"]) == [{"head": None}]


def test_every_figure_is_what_the_totals_say(several):
    comparison = archlens.compare(*several, columns=["params", "macs", "flops", "depth", "running_memory"])
    for network, row in zip(several, json.loads(comparison.render("json"))["rows"], strict=True):
        totals = network.analyze().totals
        assert list(row.values()) == [totals.params, totals.macs, totals.flops, totals.depth, totals.running_bytes]


def test_shares_of_one_figure_add_up_to_no_more_than_all(several):
    for figure in ("params", "macs"):
        names = [name for name in FIGURES if name.endswith(f"_{figure}") and name != f"head_{figure}" and "trainable" not in name]
        assert len(names) == 4
        for row in cells(*several, columns=names):
            assert sum(row.values()) <= 100.001


@pytest.mark.parametrize("name", ["params", "year", "receptive_field", "top1", "network", "input", "head", "key_idea"])
@pytest.mark.parametrize("ascending", [False, True])
def test_rows_are_in_order_and_none_is_lost(name, ascending, several):
    rows = archlens.compare(*several, sort=name, ascending=ascending).analyses
    assert {row.title for row in rows} == {network.analyze().title for network in several}
    figure = FIGURES.get(name)
    values = [figure.comparable(row) if figure else row.meta.get(name) for row in rows]
    told = [value for value in values if value is not None]
    assert values[: len(told)] == told, "what has no such figure comes last"
    assert told == sorted(told, reverse=not ascending and not isinstance(told[0], str))


CONDITIONS = {
    "params < 30M": lambda t, m: t.params < 30_000_000,
    "params < 25_557_033 and macs >= 4.089G": lambda t, m: t.params < 25_557_033 and t.macs >= 4_089_000_000,
    "parameter_bytes <= 100MiB": lambda t, m: t.parameter_bytes <= 100 * 2**20,
    "not (depth == 5 or depth > 40)": lambda t, m: not (t.depth == 5 or t.depth > 40),
    "macs / params > 100": lambda t, m: t.macs / t.params > 100,
    "year in [1998, 2014]": lambda t, m: m["year"] in (1998, 2014),
    "1998 < year < 2016": lambda t, m: 1998 < m["year"] < 2016,
    "max(depth, 10) == 10": lambda t, m: max(t.depth, 10) == 10,
}


@pytest.mark.parametrize("where", CONDITIONS)
def test_a_condition_keeps_what_meets_it(where, several):
    kept = {one.title for one in archlens.compare(*several, where=where).analyses}
    analyses = [network.analyze() for network in several]
    assert kept == {one.title for one in analyses if CONDITIONS[where](one.totals, one.meta)}
    assert 0 < len(kept) < len(analyses)


def test_what_lacks_the_figure_is_left_out_and_said(several):
    comparison = archlens.compare(*several, where="receptive_field > 0 and network != 'C3D'")
    assert "without `receptive_field`: MLP" in "".join(comparison.notes)
    assert not any(one.title == "C3D" or one.title.startswith("MLP") for one in comparison.analyses)


REFUSED = [
    ({"columns": ["parms"]}, "no column is called `parms`; did you mean `params`?"),
    ({"columns": ["zzzz"]}, "no column is called `zzzz`; there are network, spec"),
    ({"columns": []}, "no column is named; there are network"),
    ({"sort": "deepth"}, "did you mean `depth`?"),
    ({"preset": "efficency"}, "did you mean `efficiency`?"),
    ({"preset": "zzzz"}, "known here: efficiency, heads, lineage, memory, reach"),
    ({"where": "parms < 3"}, "no figure is called `parms`; did you mean `params`?"),
    ({"where": "network == ResNet"}, 'a text stands in quotes: "ResNet"'),
    ({"where": "params"}, "this is no condition but 138357544"),
    ({"where": ""}, "this is no condition"),
    ({"where": "params <"}, "is not an expression"),
    ({"where": "params < 'many'"}, "cannot be compared"),
    ({"where": "params = 3"}, "is not an expression"),
    ({"where": "params < 3if"}, "is not an expression"),
    ({"where": "params.bit_length() > 3"}, "not part of the language"),
    ({"where": "__import__('os').system('true')"}, "not part of the language"),
    ({"where": "[x for x in (1,)] == 1"}, "not part of the language"),
    ({"where": "9**9**9 > 1"}, "exponent"),
    ({"where": "(" * 150 + "1" + ")" * 150 + " < 2"}, "characters"),
    ({"where": "params / (depth - depth) > 1"}, "division by zero"),
]


@pytest.mark.parametrize(("asked", "message"), REFUSED)
def test_what_cannot_be_is_refused(asked, message):
    with pytest.raises(UsageError) as error:
        archlens.compare("vgg16", **asked)
    assert message in str(error.value)


def test_texts_and_numbers_have_no_order():
    head = "archlens: 1\ninput: 3x8x8\nlayers: [relu]\nmeta: "
    networks = [archlens.load_text(f"{head}{meta}\n") for meta in ("{rank: 3}", "{rank: third}")]
    with pytest.raises(UsageError, match=r"`rank` is a text for .* \('third'\) and a number for .* \(3\), which have no order"):
        archlens.compare(*networks, sort="rank")


def test_nothing_to_compare_is_refused():
    with pytest.raises(UsageError, match="name networks to compare, or a preset"):
        archlens.compare()


def test_the_page_lists_every_figure_and_preset(pytestconfig):
    page = (pytestconfig.rootpath / "docs" / "compare.md").read_text(encoding="utf-8")
    for figure in FIGURES.values():
        assert f"| `{figure.name}` | {figure.heading} | {figure.about} |" in page
    for name, preset in PRESETS.items():
        assert f"| `{name}` | {preset.about} |" in page


# ---- as text ----


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_have_networks_of_their_own_and_fit(preset, several):
    chosen = PRESETS[preset]
    assert {*chosen.specs} <= {*archlens.shipped()}
    assert {*chosen.columns} <= {*FIGURES, "key_idea"}
    for width in (40, 60, 80, 100, 140, 200):
        text = archlens.compare(*several, preset=preset).render("table", width)
        table = text.split("\n\n")[0].splitlines()
        assert max(map(text_width, table)) <= max(width, 25), f"{preset} at {width}"
        for name in ("VGG", "ResNet"):
            assert name in text


def test_a_narrow_terminal_is_told_what_it_misses(several):
    text = archlens.compare(*several, columns=list(FIGURES)).render("table", 80)
    shown = text.splitlines()[0]
    assert "too wide for 80 columns: " in text
    told = text.partition("too wide for 80 columns: ")[2].partition("\n\n")[0].replace("\n", " ").split(", ")
    for name in told:
        assert FIGURES[name.strip()].heading not in shown.split("  ")
    assert len(told) < len(FIGURES)


def test_accuracy_stands_with_its_source():
    text = archlens.compare("resnet50", "vgg16", "lenet5", columns=["network", "top1"]).render("markdown")
    assert "- top-1: ResNet · resnet50 on ImageNet: torchvision.models, ResNet18_Weights … ResNet152_Weights" in text
    assert "LeNet-5:" not in text
    assert "top-1" not in archlens.compare("resnet50", columns=["network", "params"]).render("markdown")


def test_accuracies_on_different_images_are_told_apart():
    comparison = archlens.compare("resnet20", "resnet18", "fcn8s", columns=["network", "top1", "miou"])
    text = comparison.render("markdown")
    assert "- top-1: ResNet for CIFAR-10 · resnet20 on CIFAR-10: " in text
    assert "- top-1: ResNet · resnet18 on ImageNet: " in text
    assert "- mIoU: FCN · fcn8s on Pascal VOC: " in text
    assert [row["top1"] for row in json.loads(comparison.render("json"))["rows"]] == [91.25, 69.758, None]


@pytest.mark.parametrize(
    ("stated", "said"),
    [("91.25", "91.3"), ("69.758", "69.8"), ("72", "72.0"), (".inf", ".inf"), ("true", "True"), ("about 70", "about 70")],
)
def test_an_accuracy_is_told_to_a_tenth(stated, said):
    net = archlens.load_text(f"archlens: 1\ninput: 3x8x8\nlayers: [relu]\nmeta: {{top1: {stated}}}\n")
    assert f"| {said} |" in " ".join(archlens.compare(net, columns=["network", "top1"]).render("markdown").split())


def test_formats_agree(several):
    columns = ["network", "params", "macs", "receptive_field", "head_share", "year"]
    comparison = archlens.compare(*several, columns=columns)
    rows = json.loads(comparison.render("json"))["rows"]
    for told, row in zip(csv.DictReader(io.StringIO(comparison.render("csv"))), rows, strict=True):
        assert told["params"] == str(row["params"])
        assert told["receptive_field"] == "x".join(map(str, row["receptive_field"] or []))
        assert told["head_share"] == ("" if row["head_share"] is None else str(row["head_share"]))
        assert told["policy"] == "archlens"
    for form in ("table", "markdown", "latex", "html"):
        text = comparison.render(form, 200)
        for row in rows:
            assert f"{row['params']:,}" in text, form
    assert comparison._repr_html_() == comparison.render("html")


def test_names_of_networks_are_text_everywhere():
    name, meta = '"<script>alert(1)</script> | $x$ =cmd"', '{top1: 1, source: "<b>"}'
    evil = f"archlens: 1\nname: {name}\ninput: 3x8x8\nlayers: [relu]\nmeta: {meta}\n"
    comparison = archlens.compare(archlens.load_text(evil))
    assert "<script>" not in comparison.render("html")
    assert "<b>" not in comparison.render("html")
    assert "\\|" in comparison.render("markdown")
    assert "\\$x\\$" in comparison.render("latex")


def test_random_choices_of_columns_render(several):
    draw = random.Random(5)
    for _ in range(20):
        names = draw.sample(list(FIGURES), draw.randint(1, 8))
        sort = draw.choice(list(FIGURES))
        comparison = archlens.compare(*several, columns=names, sort=sort, ascending=draw.random() < 0.5)
        for form in ("table", "markdown", "csv", "json", "latex", "html"):
            assert comparison.render(form, draw.randint(30, 160))
