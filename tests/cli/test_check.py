"""`archlens check` and `archlens config`, as a person or a hook runs them."""

import json

import pytest

BIASED = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n  - batch_norm\n"
ALLOWED = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3\n    allow: {ARC502: as in the paper}\n  - batch_norm\n"


@pytest.fixture
def nets(here):
    """A folder with one network of every kind: sound, biased, allowed, missing a figure, and broken."""
    folder = here / "nets"
    folder.mkdir()
    for name in ("small", "missed", "broken"):
        (here / f"{name}.yaml").rename(folder / f"{name}.yaml")
    (folder / "biased.yaml").write_text(BIASED)
    (folder / "allowed.yaml").write_text(ALLOWED)
    (folder / "other.yaml").write_text("services: {web: {image: nginx}}\n")
    (folder / ".eslintrc.yml").write_text("extends: eslint:recommended\n")
    return folder


def codes(done):
    """Files and codes of a JSON report, in order."""
    return [(one["file"], one["code"]) for one in json.loads(done.out)["findings"] if not one["allowed"] and not one["baseline"]]


FOUND = [
    ("nets/biased.yaml", "ARC502"),
    ("nets/broken.yaml", "ARC101"),
    ("nets/broken.yaml", "ARC112"),
    ("nets/missed.yaml", "ARC301"),
    ("nets/missed.yaml", "ARC303"),
]


def test_every_fault_of_every_file_in_one_run(run, nets):
    done = run("check", "nets")
    assert done.code == 1
    assert done.out.endswith("5 files: 4 errors, 1 warning; 1 allowed\n")
    assert [line.split(": ")[0].split(":")[0] for line in done.out.splitlines() if line.startswith("nets/")] == [
        file for file, _ in FOUND
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "found"),
    [
        (["nets/small.yaml"], 0, []),
        (["nets/allowed.yaml"], 0, []),
        (["nets"], 1, FOUND),
        (["."], 1, FOUND),
        ([], 1, FOUND),
        (["nets/*.yaml"], 1, FOUND),
        (["**/b*.yaml"], 1, FOUND[:3]),
        (["nets", "--exclude", "b*"], 1, FOUND[3:]),
        (["nets", "--exclude", "nets/b*.yaml", "--exclude", "missed.yaml"], 0, []),
        (["nets/biased.yaml", "--exclude", "nets"], 1, FOUND[:1]),
        (["nets/biased.yaml", "nets", "./nets/biased.yaml"], 1, FOUND),
        (["nets/biased.yaml", "nets/other.yaml", "--force-exclude"], 1, FOUND[:1]),
        (["nets/biased.yaml", "nets/missed.yaml", "--force-exclude", "--exclude", "b*"], 1, FOUND[3:]),
        (["nets/other.yaml", "lenet5", "--force-exclude"], 0, []),
        (["nets/none.yaml", "--force-exclude"], 2, [(None, "ARC000")]),
        (["nets", "--force-exclude"], 1, FOUND),
        (["nets", "--ignore", "ARC5"], 1, FOUND[1:]),
        (["nets", "--select", "ARC591,unknown-allow"], 1, FOUND[1:]),
        (["nets/biased.yaml", "--fail-on", "error"], 0, FOUND[:1]),
        (["nets/biased.yaml", "--isolated", "--jobs", "2"], 1, FOUND[:1]),
        (["nets", "--jobs", "2"], 1, FOUND),
        (["nets/other.yaml"], 1, [("nets/other.yaml", "ARC103"), *[("nets/other.yaml", "ARC104")] * 3]),
        (["nothing", "nets/biased.yaml"], 2, [(None, "ARC000"), FOUND[0]]),
        (["x*"], 2, [(None, "ARC000")]),
        (["nets/sm*l.yaml:all"], 2, [(None, "ARC000")]),
    ],
)
def test_what_is_checked_and_what_comes_out(arguments, code, found, run, nets):
    done = run("check", *arguments, "--format", "json")
    assert (done.code, codes(done), done.err) == (code, found, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "nonsense"], "no rule is called `nonsense`"),
        (["--ignore", "ARC301"], "ARC301 is no design rule"),
        (["--select", "ARC2"], "ARC2 is no design rule"),
        (["--format", "jsn"], '`format` cannot be "jsn"; did you mean `json`?'),
        (["--format", "text="], '`format` cannot be "text="; write FORM=FILE'),
        (["--format", "text", "--format", "json"], "only one form can go to stdout; write the others as FORM=FILE"),
        (["--baseline", "none.json"], "the baseline none.json cannot be read: No such file"),
        (["--write-baseline"], "say where: --baseline FILE"),
        (["--config", "none.toml"], "no file none.toml"),
        (["--stdin-filename", "a.yaml"], "name `-` among the paths"),
        (["--jobs", "-1"], "'--jobs'"),
    ],
)
def test_what_cannot_be_asked_for(arguments, said, run, nets):
    done = run("check", "nets/small.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_stdin_is_checked_like_a_file(run, nets):
    done = run("check", "-", input=BIASED.encode())
    assert (done.code, done.out.splitlines()[0].split(": ")[:2]) == (1, ["<stdin>:4:5", "warning[ARC502]"])
    base = (nets / "small.yaml").read_text()
    (nets / "base.yaml").write_text(base)
    done = run("check", "-", "--stdin-filename", "nets/new.yaml", input=b"archlens: 1\nextends: ./base.yaml\nname: N\n")
    assert (done.code, done.out) == (0, "1 file, 1 network: no findings\n")
    done = run("check", "-", "--format", "json", input=b"\xff")
    assert (done.code, codes(done), done.err) == (2, [(None, "ARC002")], "")


def test_several_forms_at_once_and_none_of_a_persons_files_written_over(run, nets, here):
    done = run("check", "nets", "--format", "text", "--format", "json=out.json", "--format", "junit=out.xml")
    assert (done.code, done.err) == (1, "")
    assert done.out.endswith("5 files: 4 errors, 1 warning; 1 allowed\n")
    assert json.loads((here / "out.json").read_text())["counts"]["files"] == 5
    assert run("check", "nets", "--format", "sarif=out.json").out == ""  # a report may take the place of another
    for path, what in (("nets/small.yaml", "spec"), ("archlens.toml", "configuration file")):
        (here / "archlens.toml").write_text("")
        before = (here / path).read_bytes()
        done = run("check", "nets", "--format", f"text={path}")
        assert (done.code, (here / path).read_bytes()) == (2, before)
        assert f"{path} is no report but a {what}; name another" in done.err


def test_what_is_passed_over_is_said_on_request(run, nets):
    assert run("check", "nets", "-v").err == "note: passed over 2 YAML files without a line `archlens:`\n"


def test_what_is_allowed_is_shown_on_request(run, nets):
    assert "allowed" not in run("check", "nets/allowed.yaml").out.partition("1 file")[0]
    assert "   = allowed: as in the paper\n" in run("check", "nets/allowed.yaml", "--show-allowed").out.replace("  =", "   =")


# ---- config ----


def test_config_shows_values_and_where_they_are_from(run, nets, here):
    (here / "archlens.toml").write_text('fail-on = "error"\n\n[severity]\nARC502 = "note"\n')
    done = run("config", "--select", "ARC5,bias-before-norm", "--jobs", "2")
    assert done.code == 0
    said = {line.split(" = ")[0]: line for line in done.out.splitlines()}
    for name, value, place in (
        ("fail-on", '"error"', "archlens.toml:1"),
        ("severity", '{"ARC502" = "note"}', "archlens.toml:3"),
        ("select", '["ARC5", "bias-before-norm"]', "command line"),
        ("jobs", "2", "command line"),
        ("ignore", "[]", "default"),
    ):
        assert said[name].startswith(f"{name} = {value}"), name
        assert f"# {place}" in said[name]
    assert "# baseline " in done.out
    found = json.loads(run("config", "--json").out)
    assert (found["file"], found["settings"]["severity"]) == (
        "archlens.toml",
        {"value": {"ARC502": "note"}, "from": "archlens.toml:3"},
    )
    assert json.loads(run("config", "--json", "--isolated").out)["file"] is None


def test_what_config_prints_can_stand_in_a_file(run, nets, here):
    (here / "mine.toml").write_text('ignore = ["ARC502"]\nexclude = ["a \\"b\\""]\n[per-file-ignores]\n"x/*" = ["ARC5"]\n')
    (here / "archlens.toml").write_text(run("config", "--config", "mine.toml").out)
    values = [
        {name: one["value"] for name, one in json.loads(run("config", "--json", *more).out)["settings"].items()}
        for more in ((), ("--config", "mine.toml"))
    ]
    assert values[0] == values[1]


def test_a_faulty_configuration_is_told_with_its_line(run, nets, here):
    (here / "archlens.toml").write_text('select = ["ARC5"]\nfail-on = "warn"\n')
    for command in (["check", "nets"], ["config"]):
        done = run(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err.splitlines()[:4] == [
            'archlens.toml:2:1: error[ARC010]: `fail-on` cannot be "warn"',
            "  |",
            '2 | fail-on = "warn"',
            "  | ^^^^^^^",
        ]
        assert "did you mean `warning`?" in done.err
    (here / "archlens.toml").write_text('ignore = ["bias-befor-norm"]\n')
    for command in (["check", "nets"], ["config"]):
        done = run(*command)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("archlens.toml:1:11: error[ARC010]: no rule is called `bias-befor-norm`\n")
