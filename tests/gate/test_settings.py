"""Where settings come from, and what is said of a file that is wrong."""

import os
import random

import pytest

from archlens.errors import Unreadable, UsageError
from archlens.gate.options import OPTIONS
from archlens.gate.plan import plan_of
from archlens.gate.settings import Settings, settings_of

WHOLE = """\
select = ["ARC5", "ARC6"]
extend-select = ["all"]
ignore = ["ARC502"]
fail-on = "error"
target = "float16"
baseline = "known.json"
exclude = ["old"]
force-exclude = true
format = ["text", "json=out.json"]
show-allowed = true
jobs = 2
max-layers = 1000

[severity]
bias-before-norm = "note"
ARC5 = "off"

[per-file-ignores]
"legacy/*" = ["ARC5"]
"""


def test_every_setting_has_a_key_and_keeps_its_place(here, write):
    write("archlens.toml", WHOLE)
    found = settings_of({})
    assert found[: len(OPTIONS)] == (
        ("ARC5", "ARC6"),
        ("all",),
        ("ARC502",),
        (("legacy/*", ("ARC5",)),),
        (("bias-before-norm", "note"), ("ARC5", "off")),
        "error",
        "float16",
        "known.json",
        ("old",),
        True,
        ("text", "json=out.json"),
        True,
        2,
        1000,
    )
    lines = WHOLE.splitlines()
    for name in OPTIONS:
        line = next(n for n, text in enumerate(lines, 1) if text.strip("[").startswith((f"{name} ", f"{name}]")))
        assert found.origins[name].place == f"archlens.toml:{line}"
    assert {name.replace("-", "_") for name in OPTIONS} == {*Settings._fields} - {"origins", "file"}


def test_the_nearest_file_holds_and_what_is_given_wins(here, write):
    write("archlens.toml", 'ignore = ["ARC5"]\nbaseline = "b.json"\n')
    write("a/pyproject.toml", "[project]\nname = 'archlens-user'\n[tool.other]\n")
    write("a/b/pyproject.toml", "[tool.archlens]\njobs = 3\n")
    write("a/b/c/archlens.toml", "jobs = 4\n")
    write("a/b/c/pyproject.toml", "[tool.archlens]\njobs = 5\n")
    write("d/pyproject.toml", "tool = {archlens = {jobs = 6}}\n")

    def at(folder, **given):
        os.chdir(here / folder)
        return settings_of(given)

    assert at("a").ignore == ("ARC5",)
    assert (at("a").file, at("a").baseline) == ("../archlens.toml", "../b.json")
    assert at("a", ignore=["ARC6"], baseline="x.json")[2:8:5] == (("ARC6",), "x.json")
    assert [at(folder).jobs for folder in ("a/b", "a/b/c", "d")] == [3, 4, 6]
    assert settings_of({}, "../archlens.toml").jobs is None
    assert settings_of({}, isolated=True).file is None
    with pytest.raises(UsageError, match=r"no file none\.toml"):
        settings_of({}, "none.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", ["1:1 there is no setting `selct` (did you mean `select`?)"]),
        ("fail_on = 'error'", ["1:1 there is no setting `fail_on` (did you mean `fail-on`?)"]),
        ("zzz = 1", [f"1:1 there is no setting `zzz` (settings: {', '.join(OPTIONS)})"]),
        ("\njobs = -1", ["2:1 `jobs` must be a whole number of at least 0, not -1 ()"]),
        ("jobs = true", ["1:1 `jobs` must be a whole number of at least 0, not true ()"]),
        ("max-layers = 0", ["1:1 `max-layers` must be a whole number of at least 1, not 0 ()"]),
        ("show-allowed = 'yes'", ['1:1 `show-allowed` must be true or false, not "yes" ()']),
        ("baseline = ''", ['1:1 `baseline` must be a text, not "" ()']),
        ("ignore = 'ARC5'", ['1:1 `ignore` must be a list of texts, as ["ARC6"], not "ARC5" ()']),
        ("exclude = [1]", ["1:1 `exclude` must be a list of texts; 1 in it is none ()"]),
        ("format = ['jsn']", ['1:1 `format` cannot be "jsn" (did you mean `json`?)']),
        ("fail-on = 'warn'", ['1:1 `fail-on` cannot be "warn" (did you mean `warning`?)']),
        ("severity = 1", ["1:1 `severity` must be a table, not 1 ()"]),
        ("[severity]\n\n  ARC502 = 'bad'", ['3:3 `severity.ARC502` cannot be "bad" (known here: error, note, off, warning)']),
        ("severity.ARC502 = 1", ["1:1 `severity.ARC502` cannot be 1 (known here: error, warning, note, off)"]),
        (
            "[per-file-ignores]\n'a/*' = 'ARC5'",
            ['2:1 `per-file-ignores.a/*` must be a list of texts, as ["ARC6"], not "ARC5" ()'],
        ),
        ("jobs = 1\nx = 2\n[y]\n", [*[f"{line}:1 there is no setting `{name}`" for line, name in ((2, "x"), (3, "y"))]]),
        ("select = [", ["1:10 not TOML: "]),
        ("a = 1\na = 2", ["2:"]),
        ("a = @", ["1:5 not TOML: invalid value"]),
    ],
)
def test_a_faulty_file_is_told_with_every_fault_and_its_line(text, said, here, write):
    def faults(path, before=""):
        write(path, before + text)
        with pytest.raises(Unreadable) as error:
            settings_of({}, path)
        shift = before.count("\n")
        return [f"{one.span.line - shift}:{one.span.column} {one.message} ({one.help})" for one in error.value.diagnostics]

    found = faults("archlens.toml")
    assert len(found) == len(said)
    for one, expected in zip(found, said, strict=True):
        assert one.startswith(expected)
    if (
        "\n[" not in f"\n{text}" and "settings:" not in found[0] and "not TOML" not in found[0]
    ):  # in a table of pyproject.toml too
        assert faults("pyproject.toml", "[project]\nname = 'x'\n[tool.archlens]\n") == found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"ignore = ['\xff']", "archlens.toml is not UTF-8 text: byte 11 is 0xff"),
        (b"[" * 5000, "not TOML"),
        (b"[tool]\n", "there is no setting `tool`"),
        (b"[tool.archlens]\njobs = 1\n", "settings stand at the top of archlens.toml; the table"),
    ],
)
def test_what_is_no_configuration_at_all(data, said, here, write):
    write("archlens.toml", data)
    with pytest.raises(Unreadable, match=said):
        settings_of({})


def test_names_that_mean_no_rule_are_told_at_their_places(here, write):
    text = """\
select = [
  "ARC5",
  'ARC5x',
]
ignore = ["ARC301", "bias-befor-norm"]
[severity]
no-such-rule = "note"
[per-file-ignores]
"no-op/*" = ["no-op", "no-opp"]
"""
    for path, before in (("archlens.toml", ""), ("pyproject.toml", "[tool.archlens]\n")):
        write(path, before + text.replace("\n[", "\n[tool.archlens." if before else "\n["))
        with pytest.raises(Unreadable) as error:
            plan_of(settings_of({}, path))
        assert [
            (one.span.source.name, one.span.line - before.count("\n"), one.span.column, one.span.end, one.message.split(":")[0])
            for one in error.value.diagnostics
        ] == [
            (path, 3, 3, 10, "no rule is called `ARC5x`"),
            (path, 5, 11, 19, "ARC301 is no design rule"),
            (path, 5, 21, 38, "no rule is called `bias-befor-norm`"),
            (path, 9, 23, 31, "no rule is called `no-opp`"),
            (path, 7, 1, 13, "no rule is called `no-such-rule`"),
        ]
        assert [one.help for one in error.value.diagnostics][2] == "did you mean `bias-before-norm`?"
    with pytest.raises(UsageError, match="no rule is called `mine`"):
        plan_of(settings_of({"select": ["mine"]}))  # the command line is told first


def test_a_pyproject_that_is_broken_elsewhere_is_not_ours_to_tell(here, write):
    write("pyproject.toml", "[tool\narchlens")
    assert settings_of({}).file is None
    write("pyproject.toml", "[tool]\narchlens = 3\n")
    with pytest.raises(Unreadable, match=r"`tool\.archlens` must be a table"):
        settings_of({})


def test_any_configuration_is_read_or_refused(here, write):
    draw = random.Random(3)
    keys = [*OPTIONS, "zz", '"a.b"', "severity.ARC5", "[tool]\nx", "[severity]\nARC5"]
    values = ["1", "-3", '"x"', '""', "[]", '["a"]', "[1]", "{}", '{"ARC5"="off"}', '{"*"=["ARC5"]}', "true", "nan", "2020-01-01"]
    read, faults = 0, []
    for _ in range(500):
        lines = [f"{draw.choice(keys)} = {draw.choice(values)}\n" for _ in range(draw.randrange(1, 3))]
        text = "".join(lines)
        if draw.random() < 0.3:
            at = draw.randrange(len(text))
            text = text[:at] + draw.choice(["[", '"', "=", "\n", "\0", "é", "#", ""]) + text[at + draw.randrange(3) :]
        write("archlens.toml", text)
        try:
            settings_of({})
            read += 1
        except Unreadable as error:
            faults += error.diagnostics
    assert 10 < read < 250  # some of each
    assert all(one.message and one.span.line >= 1 for one in faults)
