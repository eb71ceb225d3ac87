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
