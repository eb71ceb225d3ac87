"""Rules that an installed distribution brings: found, run, shown, selected; each at fault is told once and left out."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlens.cli import _group
from archlens.rules.catalogue import BUILT_IN, all_rules
from archlens.rules.model import Rule
from archlens.testing import check_case, check_manual, examples, found_in, marks
from tests.pages import BLOCKS

PAGE = "docs/rules_of_your_own.md"
FILES = {block.file: block.text for block in BLOCKS if block.page == PAGE and block.file}
SPEC = "archlens: 1\ninput: 8\nlayers:\n  - linear: 4\n"

Install = Callable[[str, str, dict[str, str]], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Installs a distribution as pip does: a module, and beside it metadata with its entry points."""
    monkeypatch.syspath_prepend(tmp_path)
    all_rules.cache_clear()
    before = {*sys.modules}

    def into(name: str, module: str, points: dict[str, str]) -> None:
        (tmp_path / f"{name}.py").write_text(module, encoding="utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
        lines = [f"{point} = {target}\n" for point, target in points.items()]
        (info / "entry_points.txt").write_text("".join(["[archlens.rules]\n", *lines]), encoding="utf-8")

    yield into
    all_rules.cache_clear()
    for name in {*sys.modules} - before:
        del sys.modules[name]


def archlens(*arguments: str) -> Result:
    return CliRunner().invoke(_group, arguments, prog_name="archlens", catch_exceptions=False)


def test_the_rule_of_the_page_is_as_any_other(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = tomllib.loads(FILES["pyproject.toml"])["project"]["entry-points"]["archlens.rules"]
    install("lab_rules", FILES["lab_rules.py"], points)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    assert [*all_rules()][: len(BUILT_IN)] == [rule.code for rule in BUILT_IN]
    assert "Of installed packages\n  LAB001  last-is-head" in archlens("rule").output
    assert "Our networks" not in archlens("rule", "last-is-head").output
    assert "The scripts that train and compare our networks" in archlens("rule", "LAB").output
    done = archlens("check", "net.yaml")
    assert done.exit_code == 1
    assert "net.yaml:4:5: warning[LAB001]: linear: it puts out the 4 classes, but is not called `head`" in done.output
    assert archlens("check", "net.yaml", "--ignore", "LAB001").exit_code == 0
    assert archlens("check", "net.yaml", "--select", "ARC5").exit_code == 0
    assert "[LAB001]" in archlens("check", "net.yaml", "--select", "last-is-head").output
    (tmp_path / "net.yaml").write_text(SPEC + "allow: {last-is-head: this one has no classes}\n", encoding="utf-8")
    assert archlens("check", "net.yaml").exit_code == 0


def test_what_is_at_fault_is_told_once_and_left_out(install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = 'Rule("LAB009", "good", "warning", written=(lambda subject: iter([Finding("found")]), "Good."))'
    lines = {
        "arc": 'Rule("ARC999", "own-code", "warning", written=(print, "Mine."))',
        "code": 'Rule("lab1", "no-code", "warning", written=(print, "Mine."))',
        "known": 'Rule("ARC502", "another", "warning", written=(print, "Mine."))',
        "manual": 'Rule("LAB002", "no-manual", "warning", written=(print, None))',
        "named": 'Rule("LAB003", "bias-before-norm", "warning", written=(print, "Mine."))',
        "no_rule": '"LAB004"',
        "severity": 'Rule("LAB005", "severe", "fatal", written=(print, "Mine."))',
        "types": 'Rule("LAB006", "typed", "warning", types="conv", written=(print, "Mine."))',
        "words": 'Rule("LAB007", "default", "warning", written=(print, "Mine."))',
        "unwritten": 'Rule("LAB008", "unwritten", "warning")',
        "fine": good,
    }
    text = "from archlens.rules.model import Finding, Rule\n" + "".join(f"{name} = {value}\n" for name, value in lines.items())
    install("mixed", text, {name: f"mixed:{name}" for name in (*lines, "missing")})
    install("broken", "import a_module_that_is_nowhere\n", {"broken": "broken:RULE"})
    install("leaving", "raise SystemExit('no licence')\n", {"leaving": "leaving:RULE"})
    told: list[str] = []
    rules = all_rules(told.append)
    assert [code for code in rules if not code.startswith("ARC")] == ["LAB009"]
    reasons = {
        "arc": "codes that begin with ARC",
        "broken": "No module named 'a_module_that_is_nowhere'",
        "code": "not 'lab1'",
        "known": "ARC502 or the name another is taken",
        "leaving": "SystemExit: no licence",
        "manual": "`written` must hold",
        "missing": "AttributeError",
        "named": "the name bias-before-norm is taken",
        "no_rule": "it is no archlens Rule but str",
        "severity": "'fatal', none of error, warning, note",
        "types": "must be a tuple",
        "unwritten": "`written` must hold",
        "words": "neither `default` nor `all`",
    }
    assert len(told) == len(reasons), told
    for problem, (name, reason) in zip(told, sorted(reasons.items()), strict=True):
        assert f"(entry point `{name}`) is left out: " in problem
        assert reason in problem
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC, encoding="utf-8")
    for command in (["rule"], ["check", "net.yaml", "net.yaml", "--ignore", "LAB009"]):
        all_rules.cache_clear()
        done = archlens(*command)
        assert done.exit_code == 0, done.output
        assert [done.stderr.count(f"`{name}`) is left out") for name in reasons] == [1] * len(reasons)


@pytest.mark.parametrize(
    ("check", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("None", "TypeError: 'NoneType' object is not iterable"),
        ("[Finding('fine'), 'linear']", "it gives str, not Finding"),
        ("[Finding('')]", "the message not empty"),
        ("[Finding(12)]", "its texts must be str"),
        ("[Finding('so', help=None)]", "its texts must be str"),
        ("[Finding('so', 'linear')]", "'linear' is no layer of the network"),
        ("[Finding('so', subject.nodes[0]._replace(path='elsewhere'))]", "'elsewhere' is no layer"),
        ("[Finding('so', related=[(None, 'so')])]", "None is no layer"),
        ("[Finding('so', related=[('linear', 'so')])]", "'linear' is no layer"),
        ("[Finding('so', related=['linear'])]", "ValueError"),
        ("[Finding('so', span=4)]", "its span is int, not Span"),
        ("[Finding('so', severity='fatal')]", "its severity is 'fatal', none of error, warning, note"),
        ("exit(3)", "SystemExit: 3"),
    ],
)
def test_a_check_that_fails_is_told_once_and_left_out(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, reason: str
) -> None:
    text = "from archlens.rules.model import Finding, Rule\nfrom sys import exit\n"
    text += f"def check(subject): return {check}\nRULE = Rule('LAB001', 'rash', 'warning', written=(check, 'Rash.'))\n"
    install("rash", text, {"rash": "rash:RULE"})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.yaml").write_text(SPEC + "  - batch_norm\n", encoding="utf-8")
    done = archlens("check", "net.yaml")
    assert done.exit_code == 1
    assert "[ARC502]" in done.stdout, "other rules go on"
    assert done.stderr.count("the rule rash (LAB001) failed on net.yaml") == 1, done.stderr
    assert reason in done.stderr


def test_without_such_a_distribution_none_is_imported(install: Install) -> None:
    sys.modules.pop("importlib.metadata", None)
    assert [*all_rules()] == [rule.code for rule in BUILT_IN]
    assert "importlib.metadata" not in sys.modules


MANUAL = "Tanh.\n\n## Example\n\n```yaml\n{}\n```\n\n## Use instead\n\n```yaml\n{}\n```\n"
BAD, GOOD = (f"archlens: 1\ninput: 8\nlayers: [linear: 4, {kind}]" for kind in ("tanh", "relu"))


def no_tanh(manual: str) -> Rule:
    from archlens.rules.model import Finding

    return Rule(
        "LAB001",
        "no-tanh",
        "warning",
        written=(lambda subject: (Finding("it is flat", node, "use `relu`") for node in subject.of_type("tanh")), manual),
    )


def test_cases_and_manuals_that_do_not_hold_say_why() -> None:
    rule = no_tanh(MANUAL.format(BAD, GOOD))
    check_manual(rule)
    for manual, why in (
        (MANUAL.format(GOOD, GOOD), "under `## Example` the rule finds nothing:\narchlens: 1"),
        (MANUAL.format(BAD, BAD), "under `## Use instead` the rule finds tanh: it is flat"),
        ("Tanh.", "no spec (```yaml) stands under `## Example`"),
        (MANUAL.format(BAD, GOOD).replace("Tanh.", "Tanh"), "the first line must be a sentence"),
    ):
        with pytest.raises(AssertionError) as caught:
            check_manual(no_tanh(manual))
        assert why in str(caught.value)
    spec = "archlens: 1\ninput: 8\nlayers:\n  - linear: 4\n  - tanh{}\n  - linear: 4{}\n"
    check_case(spec.format("  # LAB001: use `relu`", "  # LAB002"), rule)
    check_case(spec.format(": {}\n    allow: {LAB001: so}", ""), rule)
    for text, why in (
        (spec.format("", ""), "line 5 is not marked LAB001, but found is: tanh: it is flat"),
        (spec.format("  # LAB001: use `gelu`", ""), "line 5 is marked LAB001: use `gelu`, which is not found"),
        (spec.format("  # LAB001", " # LAB001"), "line 6 is marked LAB001, which is not found"),
    ):
        with pytest.raises(AssertionError) as caught:
            check_case(text, rule)
        assert why in str(caught.value)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        found_in(BAD, rule._replace(written=(lambda subject: 1 / 0, "Rash.")))  # type: ignore[arg-type, return-value]


def test_marks_and_examples_are_read() -> None:
    text = "- conv: 3  # LAB001: so  # LAB002\n- relu # of colour #fff\n- pool # LAB001: a: b"
    assert marks(text, "LAB001", "LAB002") == [(1, "LAB001", "so"), (1, "LAB002", ""), (3, "LAB001", "a: b")]
    assert examples(MANUAL.format("a: 1", "b: 2"), "Example") == ["a: 1\n"]
    assert examples("Nothing.", "Example") == []
