"""Budgets in Python: the language against figures worked by hand, and the fixture in pytest runs of its own."""

import pytest

import archlens
from archlens.errors import UsageError
from archlens.pytest_plugin.budgets import hold, told

pytest_plugins = ["pytester"]

# Two 3×3 convolutions of 8 and 16 channels on 3×32×48, the second with stride 2, then a classifier. By hand:
# params 3·8·9 + 8 + 8·16·9 + 16 + 16·10 + 10 = 224 + 1,168 + 170, receptive field 3 + 2 = 5, macs 216·1,536 + 1,152·384 + 160.
SPEC = """\
archlens: 1
name: Small
meta: {year: 2015, top1: 76.13, team: vision}
input: 3x32x48
layers:
  - conv: 8 3x3 same
  - conv: 16 3x3 /2 same
  - global_avg_pool
  - linear: 10
"""
PARAMS, MACS = 1_562, 216 * 1_536 + 1_152 * 384 + 160

MET = [
    {"params": PARAMS},
    {"params": "1_562"},
    {"params": "1.6k"},
    {"params": "<= 1562"},
    {"params": "<=2k"},
    {"params": " > 1.5k and <= 1_600 "},
    {"params": "== 1562", "macs": MACS, "depth": "< 4", "layers": 4},
    {"macs": f">= {MACS}", "receptive_field": ">= 5"},
    {"receptive_field": 5},
    {"receptive_field": "5x5"},
    {"output": "10", "last_map": "16x16x24", "input": "3×32×48"},
    {"top1": "> 76", "year": 2015, "team": "vision"},
    {"head_share": "< 10.9"},  # 170 of 1,562 are 10.88 %
    {"parameter_bytes": "<= 6.3kB"},  # 6,248
]
MISSED = [
    ("params", "<= 1.5k", "62 over (4.1\u00a0%)"),
    ("params", "< 1562", "not below it"),
    ("params", "> 1562", "not above it"),
    ("params", ">= 2k", "438 under (21.9\u00a0%)"),
    ("params", 1_600, "38 under (2.4\u00a0%)"),
    ("params", "1.5k", "13 over (0.9\u00a0%)"),  # 1.5k stands for 1,450 to 1,549
    ("params", "> 2k and < 1k", "438 under (21.9\u00a0%); 562 over (56.2\u00a0%)"),
    ("params", "< 0", "1,562 over"),
    ("receptive_field", ">= 7", "2 under (28.6\u00a0%)"),
    ("receptive_field", "5x7", "not the same"),
    ("top1", ">= 77", "0.87 under (1.1\u00a0%)"),
    ("output", "1000", "not the same"),
    ("team", "speech", "not the same"),
]
WRONG = [
    ({}, "no budget is stated"),
    ({"parms": 1}, "no figure is called `parms`; did you mean `params`?"),
    ({"params": True}, "params=True is no budget"),
    ({"params": None}, "params=None is no budget"),
    ({"params": " "}, "is no budget"),
    ({"params": "<="}, "`` is no figure"),
    ({"params": "<= many"}, "`many` is no figure"),
    ({"params": "<= 1k and"}, "`1k and` is no figure"),
    ({"output": "<= 10"}, 'write output="10"'),
    ({"team": "< speech"}, 'write team="vision"'),
]


@pytest.fixture(scope="module")
def analysis():
    return archlens.load_text(SPEC, "small.yaml").analyze()


def test_budgets_are_held(analysis):
    assert (analysis.totals.params, analysis.totals.macs) == (PARAMS, MACS)
    for budgets in MET:
        assert [one.gap for one in hold(analysis, budgets)] == [""] * len(budgets), budgets
    for name, budget, gap in MISSED:
        assert [one.gap for one in hold(analysis, {name: budget})] == [gap], (name, budget)
    for budgets, message in WRONG:
        with pytest.raises(UsageError) as caught:
            hold(analysis, budgets)
        assert message in str(caught.value), budgets


def test_a_figure_that_there_is_not_is_missed():
    analysis = archlens.load("mlp").analyze()
    (held,) = hold(analysis, {"receptive_field": ">= 3"})
    assert (held.actual, held.gap) == ("none", "there is none")


def test_what_is_told(analysis):
    assert told(analysis, hold(analysis, {"params": "<= 1.5k", "receptive_field": 5})).splitlines() == [
        "small.yaml: Small: 1 of 2 budgets missed",
        "  params           1,562  <= 1.5k  62 over (4.1\u00a0%)",
        "  receptive_field      5  5        met",
    ]
    assert told(analysis, hold(analysis, {"depth": 4})).splitlines() == [
        "small.yaml: Small: its budget is missed",
        "  depth  3  4  1 under (25.0\u00a0%)",
    ]


TESTS = """\
import pathlib
import archlens

def test_met(archlens_budget):
    archlens_budget("specs/small.yaml", params="<= 2k", output="10")

def test_missed(archlens_budget):
    archlens_budget("specs/small.yaml", params="<= 1.5k", depth=3)

def test_a_path_and_a_network(archlens_budget):
    archlens_budget(pathlib.Path("specs/small.yaml"), depth=3)
    archlens_budget(archlens.load("lenet5"), params=61_706)

def test_every_variant(archlens_budget):
    archlens_budget("specs/family.yaml:all", params="<= 2k")

def test_one_variant(archlens_budget):
    archlens_budget("specs/family.yaml:narrow", params="<= 2k")

def test_a_word_that_is_wrong(archlens_budget):
    archlens_budget("specs/small.yaml", parms=3)

def test_a_spec_that_is_wrong(archlens_budget):
    archlens_budget("specs/broken.yaml", params="<= 2k")

def test_no_spec(archlens_budget):
    archlens_budget("specs/none.yaml", params="<= 2k")

def test_no_network(archlens_budget):
    archlens_budget(None, params="<= 2k")
"""
FAMILY = """\
archlens: 1
name: Family
input: 3x8x8
params: {width: 8}
variants: {narrow: {width: 4}, wide: {width: 512}}
layers: [conv: width 3x3]
"""
BROKEN = "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3 same, conf: 8]\n"


@pytest.mark.parametrize("start", [".", "elsewhere"])
def test_the_fixture(pytester, monkeypatch, plugin, start):
    pytester.makeini("[pytest]\n")
    pytester.makepyfile(test_nets=TESTS)
    for name, text in {"small": SPEC, "family": FAMILY, "broken": BROKEN}.items():
        pytester.mkdir("specs") if not (pytester.path / "specs").exists() else None
        (pytester.path / "specs" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (pytester.path / "elsewhere").mkdir()
    monkeypatch.chdir(pytester.path / start)
    done = pytester.runpytest(*plugin, pytester.path / "test_nets.py")
    done.assert_outcomes(passed=3, failed=6)
    done.stdout.no_fnmatch_line("*budgets.py:*")  # where it is missed, not where that was found
    done.stdout.fnmatch_lines(
        [
            '>       archlens_budget("specs/small.yaml", params="<= 1.5k", depth=3)',
            "E       Failed: *small.yaml: Small: 1 of 2 budgets missed",
            "E         params  1,562  <= 1.5k  62 over (4.1*%)",
            "E         depth       3  3        met",
            "E       Failed: *family.yaml: Family · wide: its budget is missed",
            "E       Failed: no figure is called `parms`; did you mean `params`?",
            "E       Failed: *broken.yaml:3:*error[[]ARC*conf*",
            "E       Failed: *none.yaml*",
            "E       Failed: None is no network; give a path, a shipped name, or what `archlens.load` gives",
        ]
    )
