"""What is told, once: over the variants of a spec, over the specs that extend one, with severities and what is allowed."""

from pathlib import Path

import pytest

import archlens
from archlens.errors import Unreadable, UsageError
from archlens.spec.load import stdin_bytes

FAMILY = """\
archlens: 1
input: 3x8x8
params: {bias: true, n: 4}
variants:
  a: {bias: true, expect: {params: 1}}
  b: {bias: false, allow: {ARC592: nothing is unknown here}}
  c: {bias: true, n: 5}
layers:
  - conv: n 3x3 bias=bias
  - batch_norm
  - conv: n 3x3 bias=bias
    allow: {bias-before-norm: published}
  - batch_norm
  - conv: 4 3x3 bias=false
    allow: {bias-before-norm: no longer}
  - batch_norm
"""
RULES = ["bias-before-norm", "ARC591", "ARC592"]


def told(report, every=False):
    """Code, line, variants and whether it counts, of every entry."""
    entries = report.all.entries if every else report.findings
    return [(one.diagnostic.code, one.diagnostic.span and one.diagnostic.span.line, ",".join(one.variants)) for one in entries]


def test_variants_are_told_together(here, write):
    write("f.yaml", FAMILY)
    report = archlens.check("f.yaml", select=RULES)
    assert told(report, every=True) == [
        ("ARC301", 5, "a"),
        ("ARC591", 6, "b"),  # in the variant that has it, it is of no use
        ("ARC502", 9, "a,c"),
        ("ARC502", 11, "a,c"),
        ("ARC591", 15, "a,b,c"),  # that of line 12 is of use in two variants
    ]
    notes = {one.diagnostic.span.line: one.diagnostic.notes for one in report.findings}
    assert notes[5] == ("in 1 of 3 variants: a",)
    assert notes[9] == ("in 2 of 3 variants: a, c", "rule: bias-before-norm; `archlens rule ARC502` says more")
    assert notes[15] == ("rule: unused-allow; `archlens rule ARC591` says more",)
    assert [one.allowed.reason for one in report.allowed] == ["published"]
    assert report.summary == "1 file: 1 error, 3 warnings; 1 allowed"


def test_what_only_all_variants_show_is_not_said_of_some(here, write):
    write("f.yaml", FAMILY)
    assert told(archlens.check("f.yaml:b", select=RULES)) == []
    assert told(archlens.check("f.yaml:a", select=RULES)) == [("ARC301", 5, "a"), ("ARC502", 9, "a")]
    assert told(archlens.check("f.yaml:all", select=RULES)) == told(archlens.check("f.yaml", select=RULES))
    write("f.yaml", FAMILY.replace("n: 5}", "n: 0}"))  # one that cannot be built may have needed it
    assert "ARC591" not in {code for code, _, _ in told(archlens.check("f.yaml", select=RULES))}


def test_variants_that_are_named_apart_are_told_together(here, write):
    write("f.yaml", FAMILY)
    report = archlens.check("f.yaml:a", "f.yaml:b", "f.yaml:c", "f.yaml:d", select=RULES)
    assert told(report) == [("ARC000", None, ""), ("ARC301", 5, "a"), ("ARC502", 9, "a,c")]
    assert "has no variant `d`" in report.findings[0].diagnostic.message
    assert report.summary == "1 file: 2 errors, 1 warning; 1 could not be checked; 1 allowed"
    assert [one.variants for one in archlens.check("resnet:resnet18", "resnet:resnet34", "resnet:resnet18").files] == [
        ("resnet18", "resnet34")
    ]


def test_a_fault_of_a_base_is_told_once(here, write):
    base = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n  - batch_norm\n  - linear: 5 # a map\n"
    write("z/base.yaml", base)
    for name in "abcde":
        write(f"{name}.yaml", "archlens: 1\nextends: z/base.yaml\nname: x\n")
    every = archlens.check(".")
    (fault,) = every.findings
    assert [len(one.entries) for one in every.files] == [0, 0, 0, 0, 0, 1]
    assert fault.diagnostic.span.source.name == "z/base.yaml"
    assert "met in" not in str(fault.diagnostic.notes)
    some = archlens.check("a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml")
    assert some.findings[0].diagnostic.notes[-1] == "met in 5 specs that extend it: a.yaml, b.yaml, c.yaml, d.yaml, and 1 more"
    assert archlens.check("b.yaml").findings[0].diagnostic.notes[-1] == "met in b.yaml"
    sound = base.replace("linear: 5 # a map", "relu")
    write("z/base.yaml", sound)
    write("a.yaml", "archlens: 1\nextends: z/base.yaml\nallow: {bias-before-norm: here it may}\n")
    found = archlens.check(".", select=RULES)
    assert told(found) == [("ARC502", 4, "")]
    assert [one.allowed.reason for one in found.allowed] == ["here it may"]
    assert told(archlens.check("b.yaml", select=RULES)) == [("ARC502", 4, "")]
    assert told(archlens.check("b.yaml", select=RULES, per_file_ignores={"z/*": ["ARC502"]})) == []  # where it stands


def test_two_faults_of_one_place_stay_two(here, write):
    write("a.yaml", "archlens: 1\ninput: 3x8x8\nvariants: {a: {n: 1}, b: {n: 2}}\nlayers:\n  - conv: n\n  - conv: n size=3\n")
    lines = [line for _, line, _ in told(archlens.check("a.yaml"))]
    assert sorted(lines) == [line.diagnostic.span.line for line in archlens.check("a.yaml:a").findings]


@pytest.mark.parametrize(
    ("options", "severities", "code"),
    [
        ({}, ["error", "warning"], 1),
        ({"severity": {"ARC502": "note"}}, ["error", "note"], 1),
        ({"severity": {"ARC5": "error", "bias-before-norm": "note"}}, ["error", "note"], 1),
        ({"severity": {"ARC502": "off"}}, ["error"], 1),
        ({"severity": {"ARC5": "off", "bias-before-norm": "note"}}, ["error", "note"], 1),
        ({"select": ["bias-before-norm"], "ignore": ["ARC502"]}, ["error"], 1),
        ({"ignore": ["ARC5"], "extend_select": ["bias-before-norm"]}, ["error", "warning"], 1),
        ({"per_file_ignores": {"sub/*": ["ARC5"], "*.yml": ["ARC502"]}}, ["error", "warning"], 1),
        ({"per_file_ignores": {"*.yaml": ["bias-before-norm"]}}, ["error"], 1),
    ],
)
def test_severities_and_rules_are_chosen(options, severities, code, here, write):
    write("f.yaml", FAMILY)
    report = archlens.check("f.yaml:a", **{"select": RULES, **options})
    assert [one.diagnostic.severity for one in report.findings] == severities
    assert report.exit_code == code


@pytest.mark.parametrize(
    ("severity", "fail_on", "code"),
    [
        (severity, fail_on, int(place >= at))
        for at, severity in enumerate(("error", "warning", "note"))
        for place, fail_on in enumerate(("error", "warning", "note"))
    ],
)
def test_what_makes_a_check_fail(severity, fail_on, code, here, write):
    write("a.yaml", "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3, batch_norm]\n")
    report = archlens.check("a.yaml", select=["ARC502"], severity={"ARC502": severity}, fail_on=fail_on)
    assert (report.exit_code, report.ok) == (code, not code)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"ignore": ["ARC203"]}, "ARC203 is no design rule"),
        ({"severity": {"arc3": "note"}}, "arc3 is no design rule"),
        ({"per_file_ignores": {"*": ["ARC1"]}}, "ARC1 is no design rule"),
        ({"severity": {"ARC502": "bad"}}, "`severity.ARC502` cannot be"),
        ({"select": "ARC5"}, "`select` must be a list of texts"),
        ({"target": "float15"}, '`target` cannot be "float15"; did you mean `float16`'),
        ({"jobs": -1}, "`jobs` must be a whole number"),
        ({"config": "none.toml"}, r"no file none\.toml"),
        ({"config": Path("none.toml")}, r"no file none\.toml"),
        ({"config": 3}, "config must be a path, not 3"),
        ({"baseline": ["a.json"]}, r"baseline must be a path, not \['a.json'\]"),
    ],
)
def test_settings_that_there_cannot_be(options, said, here, write):
    write("a.yaml")
    with pytest.raises(UsageError, match=said):
        archlens.check("a.yaml", **options)


def test_from_python_everything_is_there(here, write):
    write("a.yaml", FAMILY)
    write("archlens.toml", 'select = ["ARC502"]\n')
    assert {code for code, _, _ in told(archlens.check())} == {"ARC301", "ARC502"}
    assert {
        code for code, _, _ in told(archlens.check(config=False, select=["ARC502", "ARC591"], severity={"ARC502": "off"}))
    } == {"ARC301"}
    report = archlens.check(Path("nothing"), Path("a.yaml"), jobs=2, config=Path("archlens.toml"))
    with pytest.raises(UsageError, match=r"a target must be a path, not \['a.yaml'\]; give several one by one"):
        archlens.check(["a.yaml"])
    assert (report.exit_code, report.ok) == (2, False)
    assert repr(report) == "<Report 1 file: 2 errors, 1 warning; 1 could not be checked; 1 allowed>"
    assert "params is" in report._repr_html_()
    assert report.render("json").startswith("{")
    assert "allowed: published" in report.render(show_allowed=True)
    with pytest.raises(UsageError, match="form must be one of text, json"):
        report.render("yaml")


def test_as_many_processes_as_wished_say_the_same(here, write):
    for number in range(12):
        write(f"{number}.yaml", FAMILY.replace("n: 5", f"n: {number}"))
    one = archlens.check(".", select=RULES, jobs=1)
    several = archlens.check(".", select=RULES, jobs=3)
    assert [one.render(form) for form in ("text", "json", "sarif")] == [
        several.render(form) for form in ("text", "json", "sarif")
    ]


def test_what_cannot_be_parsed_is_called_by_its_file(here, write):
    write("a.yaml", "archlens: [")
    assert [one.file for one in archlens.check("a.yaml:small").files] == ["a.yaml"]


def test_a_closed_stdin_is_told(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    assert [one.diagnostic.message for one in archlens.check("-").findings] == ["<stdin> cannot be read: it is closed"]
    with pytest.raises(Unreadable, match="it is closed"):
        stdin_bytes()


def test_a_file_that_is_gone_meanwhile_is_told(here, write, monkeypatch):
    from archlens.gate import run

    write("a.yaml")
    write("b.yaml", "archlens: 1\ninput: 3\nlayers: [linear: 5]\n")
    discover = run.discover

    def then_gone(*arguments):
        found = discover(*arguments)
        (here / "a.yaml").unlink()
        return found

    monkeypatch.setattr(run, "discover", then_gone)
    report = archlens.check(".")
    assert (report.exit_code, [one.diagnostic.message for one in report.findings]) == (2, ["no file a.yaml"])
    assert [one.file for one in report.files] == ["a.yaml", "b.yaml"]
