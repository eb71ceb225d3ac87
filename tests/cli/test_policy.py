"""`archlens analyze --policy`: the tool's count in every format, with reasons that add up."""

import csv
import io
import json

import pytest

from archlens.analysis.facts import POLICIES
from tests.report.table import read_table

TOOLS = POLICIES[1:]
# Small: a convolution of 4 filters 3×3 on 3×8×8 with bias, 6×6 places, and relu: 3,888 products, 144 values.
COUNTS = {"fvcore": [3888, 0], "ptflops": [3888 + 144, 2 * 144], "thop": [3888, 0], "darknet": [2 * 3888, 0]}


@pytest.fixture
def as_json(run):
    def answer(*arguments):
        return json.loads(run("analyze", *arguments, "--format", "json").out)

    return answer


@pytest.mark.parametrize("policy", TOOLS)
def test_json(policy, as_json):
    plain, found = as_json("small.yaml", "--level", "stage"), as_json("small.yaml", "--level", "stage", "--policy", policy)
    said = found["totals"].pop("policy")
    assert [layer.pop("policy_count") for layer in found["layers"]] == COUNTS[policy]
    assert (said["name"], said["total"], said["archlens_macs"]) == (policy, sum(COUNTS[policy]), 3888)
    assert sum(one["amount"] for one in said["differences"]) == said["total"] - 3888
    assert said["uncounted"] == ([] if policy == "ptflops" else ["relu"])
    sums = [*found["groups"], *found["families"].values()]
    assert sum(one.pop("policy_count") for one in sums) == 2 * found["totals"].pop("policy_count")
    assert found == plain, "nothing else changes"


@pytest.mark.parametrize("policy", TOOLS)
def test_table(policy, run):
    done = run("analyze", "small.yaml", "--policy", policy)
    assert done.code == 0
    table = read_table(done.out)
    assert "MACs" not in table.headings
    assert [row.cells[policy] for row in table.rows] == [f"{count:,}" if count else "" for count in COUNTS[policy]]
    assert table.total[policy] == f"{sum(COUNTS[policy]):,}"
    assert f"\n{policy} " in done.out


def test_csv_has_both(run):
    rows = list(csv.DictReader(io.StringIO(run("analyze", "small.yaml", "--policy", "ptflops", "--format", "csv").out)))
    assert [(row["macs"], row["ptflops"], row["ptflops_share"]) for row in rows] == [
        ("3888", "4032", "93.3333"),
        ("0", "288", "6.6667"),
    ]


@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_pages(form, run):
    out = run("analyze", "small.yaml", "--policy", "ptflops", "--format", form).out
    assert {"markdown": "|   ptflops |", "latex": "& ptflops &", "html": "<th class=n>ptflops</th>"}[form] in out
    assert "4,320" in out
    assert ("relu: 2 per value, as a module and as its function" in out) == (form != "latex")


def test_sorted_by_the_policy(run):
    done = run("analyze", "resnet18", "--policy", "ptflops", "--sort", "ptflops", "--top", "2", "--columns", "path,ptflops_share")
    table = read_table(done.out)
    assert table.headings == ["layer", "of ptflops"]
    assert table.total["of ptflops"].startswith("100")
    done = run("analyze", "resnet18", "--policy", "ptflops", "--sort", "macs", "--level", "stage")
    assert {"MACs", "ptflops"} <= set(read_table(done.out).headings)


def test_archlens_is_the_default(run):
    assert run("analyze", "small.yaml", "--policy", "archlens").out == run("analyze", "small.yaml").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--policy", "ptflops", "--batch", "2"], "error: ptflops counts one sample, and the batch is 2; leave the batch out"),
        (["--columns", "path,fvcore"], "error: `fvcore` is a column where networks are counted so; add --policy fvcore"),
        (["--sort", "thop_share"], "error: `thop_share` is a column where networks are counted so; add --policy thop"),
        (["--policy", "flops"], "'flops' is not one of 'archlens', 'fvcore', 'ptflops', 'thop', 'darknet'"),
    ],
)
def test_what_cannot_be_met(arguments, said, run):
    done = run("analyze", "small.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_nothing_differs(run):
    done = run("analyze", "-", "--policy", "fvcore", input=b"archlens: 1\ninput: 8\nlayers: [linear: 4]\n")
    assert "differs          0, fvcore counts what archlens does\n" in done.out
