"""Specs as tests: what `pytest --archlens` collects, and what it says where a spec has findings."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from click.testing import CliRunner

import archlens.pytest_plugin.specs  # noqa: F401 - once: each run below forgets what it alone has imported
from archlens.cli import _group

pytest_plugins = ["pytester"]

GOOD = "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3 same, relu, global_avg_pool, linear: 2]\n"
BIASED = """\
archlens: 1
name: Biased
input: 3x8x8
params: {bias: true}
variants:
  plain: {bias: false}
  biased: {}
  large: {bias: false, expect: {params: {max: 10}}}
layers:
  - conv: 4 3x3 same bias=$bias
  - batch_norm
"""
BROKEN = "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3 same, conf: 8]\n"
FILES = {
    "good": GOOD,
    "family": BIASED,
    "broken": BROKEN,
    "other": "jobs: [build]\n",  # YAML, but no spec
    "below/extended": "archlens: 1\nextends: ../good.yaml\n",
    ".hidden/broken": BROKEN,
}
NODES = {
    "specs/good.yaml::check": "passed",
    "specs/family.yaml::plain": "passed",
    "specs/family.yaml::biased": "failed",
    "specs/family.yaml::large": "failed",
    "specs/broken.yaml::check": "failed",
    "specs/below/extended.yaml::check": "passed",
}


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """What a check imports when it runs is imported already, for the same reason."""
    path = tmp_path_factory.mktemp("warm") / "family.yaml"
    path.write_text(BIASED, encoding="utf-8")
    assert CliRunner().invoke(_group, ["check", str(path)]).exit_code == 1


@pytest.fixture
def project(pytester, warm):
    pytester.makeini("[pytest]\n")
    for name, text in FILES.items():
        path = pytester.path / "specs" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return pytester


@pytest.fixture
def outcomes(project, plugin):
    """`outcomes(*arguments)`: what became of each test, by node id, in a run of pytest with these."""

    def run(*arguments):
        recorder = project.inline_run("-p", "no:cacheprovider", *plugin, *arguments)
        found = {}
        for report in recorder.getreports("pytest_runtest_logreport"):
            if report.when == "call" or report.outcome != "passed":
                found[report.nodeid] = report.outcome
        return found

    return run


def test_every_variant_of_every_spec_is_a_test(outcomes):
    assert outcomes("--archlens", "specs") == NODES
    assert outcomes("--archlens") == NODES
    assert outcomes("specs") == {}
    assert outcomes("-o", "archlens=true", "specs") == NODES
    only = {node: end for node, end in NODES.items() if "family" in node}
    assert outcomes("--archlens", "specs/family.yaml") == only
    assert outcomes("--archlens", "specs", "-k", "family") == only
    assert outcomes("--archlens", "specs/family.yaml::large") == {"specs/family.yaml::large": "failed"}
    assert outcomes("--archlens", "-m", "archlens", "--deselect", "specs/family.yaml") == {
        node: end for node, end in NODES.items() if "family" not in node
    }
    assert outcomes("--archlens", "-x", "specs/broken.yaml", "specs/good.yaml") == {"specs/broken.yaml::check": "failed"}
    assert outcomes("--archlens", "--collect-only", "specs") == {}
    assert outcomes("--archlens", "specs/other.yaml") == {"specs/other.yaml::check": "failed"}  # it was named


def test_a_failure_says_what_check_says(project, plugin, monkeypatch):
    monkeypatch.chdir(project.path)
    for name, variant in (("broken", ""), ("family", ":large"), ("family", ":biased")):
        done = project.runpytest(*plugin, "--archlens", f"specs/{name}.yaml::{variant[1:] or 'check'}")
        said = done.stdout.str()
        section = re.search(r"^_+ specs/(\S+) _+\n(.*?)\n(?:=+) short test summary", said, re.MULTILINE | re.DOTALL)
        assert section, said
        assert section[1] == f"{name}.yaml{variant}"
        wanted = CliRunner().invoke(_group, ["check", f"specs/{name}.yaml{variant}"]).stdout
        wanted = wanted.rpartition("\n\n")[0]  # the summary stands below
        alone = re.sub(r"\n *= in 1 of 3 variants: \w+", "", section[2]).strip()
        assert alone == wanted, said
        assert "Traceback" not in said


def test_the_configuration_of_archlens_holds(project, outcomes, plugin):
    def configured(text):
        (project.path / "archlens.toml").write_text(text, encoding="utf-8")
        return outcomes("--archlens", "specs/family.yaml")["specs/family.yaml::biased"]

    assert configured('ignore = ["ARC502"]') == "passed"
    assert configured('fail-on = "error"') == "passed"
    assert configured('severity = {bias-before-norm = "error"}\nfail-on = "error"') == "failed"
    assert configured('per-file-ignores = {"specs/family.yaml" = ["ARC5"]}') == "passed"
    assert configured('per-file-ignores = {"specs/good.yaml" = ["ARC5"]}') == "failed"
    (project.path / "archlens.toml").write_text('exclude = ["family.yaml"]', encoding="utf-8")
    assert outcomes("--archlens", "specs") == {node: end for node, end in NODES.items() if "family" not in node}
    (project.path / "archlens.toml").write_text('baseline = "known.json"', encoding="utf-8")
    CliRunner().invoke(_group, ["check", "specs", "--write-baseline"])
    assert set(outcomes("--archlens", "specs").values()) == {"passed"}
    for faulty, said in (
        ('selekt = ["ARC5"]', ["ERROR: archlens.toml:1:1: error*`selekt`*", "*did you mean `select`*"]),
        ('select = ["ARC999"]', ["ERROR: archlens.toml:1:11: error[[]ARC010[]]: no rule is called `ARC999`"]),
        ('baseline = "none.json"', ["ERROR: error[[]ARC011[]]: the baseline none.json cannot be read*"]),
    ):
        (project.path / "archlens.toml").write_text(faulty, encoding="utf-8")
        done = project.runpytest(*plugin, "--archlens", "specs")
        assert done.ret == pytest.ExitCode.USAGE_ERROR
        done.stderr.fnmatch_lines(said)


def test_what_does_not_fail_is_shown_on_request(project, plugin):
    (project.path / "archlens.toml").write_text('fail-on = "error"', encoding="utf-8")
    done = project.runpytest(*plugin, "--archlens", "specs/family.yaml::biased", "-rP")
    assert done.ret == 0
    done.stdout.fnmatch_lines(["*Captured archlens call*", "specs/family.yaml:10:5: warning[[]ARC502*"])


def test_reports_for_machines_have_the_text(project, plugin):
    done = project.runpytest(*plugin, "--archlens", "specs", "--junitxml=report.xml", "-p", "no:cacheprovider")
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    cases = list(ElementTree.parse(project.path / "report.xml").getroot().iter("testcase"))
    failed = {f"{case.get('classname')}::{case.get('name')}": case.find("failure") for case in cases}
    assert len(failed) == len(NODES)
    assert "no layer is called `conf`" in failed["specs.broken.yaml::check"].text
    assert failed["specs.good.yaml::check"] is None


@pytest.mark.slow
def test_processes_at_once_find_the_same(project, plugin):
    done = project.runpytest_subprocess(*plugin, "--archlens", "specs", "-n2", "-p", "no:cacheprovider")
    done.assert_outcomes(passed=3, failed=3)
    done.stdout.fnmatch_lines_random(["FAILED specs/broken.yaml::check*", "*no layer is called `conf`*"])


def test_it_is_light_where_nobody_asks_for_it(project, plugin):
    """Every run of pytest imports the plugin, so it must bring nothing."""
    program = (
        "import pytest, sys, json; before = {*sys.modules}; pytest.main(sys.argv[1:]);"
        "print(json.dumps(sorted({*sys.modules} - before)))"
    )
    project.makepyfile("def test_nothing(): pass")
    command = [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", *plugin]
    done = subprocess.run(command, cwd=project.path, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in found if name.startswith("archlens")] == ["archlens", "archlens.pytest_plugin"]
