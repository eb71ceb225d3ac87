"""`archlens diff` as a person runs it: files, variants, git revisions, all that changed; and what cannot be done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

import archlens
from archlens.cli import _group

SPEC = "archlens: 1\nname: Net\ninput: 3x32x32\nparams: {width: 8}\nlayers:\n  - conv: width 3x3 same\n  - relu\n"
FAMILY = SPEC.replace("params: {width: 8}", "variants: {small: {width: 4}, large: {width: 16}}")
BROKEN = SPEC.replace("relu", "rel")
WIDER = SPEC.replace("width: 8", "width: 12")
FRESH = """\
archlens: 1
name: Another of which git says that it is no copy of the others, whose words are these
input: [5, 7]
layers: [{global_avg_pool: }, {linear: 4, name: lines}, {softmax: }]
"""
PARAMS, WIDER_PARAMS = 3 * 9 * 8 + 8, 3 * 9 * 12 + 12


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def run(*arguments: str, **options: str) -> Ran:
    """The command in this process."""
    done = CliRunner().invoke(_group, ["diff", *arguments], prog_name="archlens", **options)  # type: ignore[arg-type]
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Ran(done.exit_code, done.stdout, done.stderr)


Write = Callable[..., None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """`write(**{"net.yaml": text})` in the working folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    def written(**files: str) -> None:
        for name, text in files.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")

    return written


def git(*arguments: str) -> str:
    """What git says, on one line."""
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": os.getcwd()}
    who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    command = ["git", *who, *arguments]
    return subprocess.run(command, env={**os.environ, **settings}, check=True, capture_output=True, text=True).stdout.strip()


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "x")


@pytest.fixture
def repository(write: Write) -> Write:
    """A branch `main` with specs, and `work` that leaves it; a later commit on `main` has nothing to do with it."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git("init", "-q")
    write(**{"specs/net.yaml": SPEC, "specs/base.yaml": SPEC, "specs/family.yaml": FAMILY, "other.yaml": "a: 1\n"})
    write(**{"specs/child.yaml": "archlens: 1\nextends: base\n", "specs/grandchild.yaml": "archlens: 1\nextends: child.yaml\n"})
    commit()
    git("checkout", "-q", "-b", "work")
    git("checkout", "-q", "main")
    write(**{"specs/net.yaml": SPEC.replace("relu", "gelu")})
    commit()
    git("checkout", "-q", "work")
    return write


def figures(out: str, name: str = "params") -> dict[str, tuple[int | None, int | None]]:
    """Of each pair, by what its sides are called, a figure before and after."""
    return {
        f"{one['old']} {one['new']}": (one["totals"][name]["old"], one["totals"][name]["new"]) for one in json.loads(out)["pairs"]
    }


def test_two_files_and_what_exit_codes_say(write: Write) -> None:
    write(**{"a.yaml": SPEC, "b.yaml": WIDER})
    done = run("a.yaml", "b.yaml")
    assert (done.code, done.err) == (0, "")
    assert "~ conv" in done.out
    assert "conv: out_channels 8 → 12" in done.out
    assert run("a.yaml", "b.yaml", "--exit-code").code == 1
    assert run("a.yaml", "a.yaml", "--exit-code").code == 0
    assert run("a.yaml", "b.yaml", "--fail-on", "params > +51%").code == 0
    missed = run("a.yaml", "b.yaml", "--fail-on", "params > +49%", "--fail-on", "macs > 1G")
    assert missed.code == 1
    assert "limit      params > +49%: Net has +112 (+50.0 %), 224 → 336" in missed.out


def test_options_hold_for_both_sides(write: Write) -> None:
    write(**{"a.yaml": SPEC, "b.yaml": SPEC.replace("relu", "gelu")})
    found = json.loads(run("a.yaml", "b.yaml", "-p", "width=2", "--input", "3x8x8", "--batch", "2", "--format", "json").out)
    (one,) = found["pairs"]
    assert one["totals"]["params"]["new"] == 56
    assert one["totals"]["macs"]["old"] == 2 * 64 * 54
    assert one["counts"]["changed"] == 1
    assert run("a.yaml", "b.yaml", "-p", "wide=2").code == 2


def test_variants_are_held_against_their_like(write: Write) -> None:
    write(
        **{
            "a.yaml": FAMILY,
            "b.yaml": FAMILY.replace("large: {width: 16}", "large: {width: 20}, huge: {width: 99}"),
            "c.yaml": SPEC,
        }
    )
    every = figures(run("a.yaml", "b.yaml", "--format", "json").out)
    assert every == {
        "a.yaml:small b.yaml:small": (112, 112),
        "a.yaml:large b.yaml:large": (448, 560),
        "None b.yaml:huge": (None, 28 * 99),
    }
    assert figures(run("a.yaml:all", "b.yaml:all", "--format", "json").out) == every
    assert figures(run("a.yaml:large", "a.yaml:small", "--format", "json").out) == {"a.yaml:large a.yaml:small": (448, 112)}
    assert figures(run("a.yaml", "c.yaml", "--format", "json").out) == {"a.yaml c.yaml": (112, 224)}
    assert "leave `:all` out" in run("a.yaml", "c.yaml:all").err


def test_a_file_of_a_revision(repository: Write) -> None:
    repository(**{"specs/net.yaml": WIDER})
    done = run("main~1:specs/net.yaml", "specs/net.yaml", "--format", "json")
    assert figures(done.out) == {"main~1:specs/net.yaml specs/net.yaml": (PARAMS, WIDER_PARAMS)}
    both = json.loads(run("main:specs/net.yaml", "work:specs/net.yaml", "--format", "json").out)
    assert both["pairs"][0]["layers"][0]["old"]["type"] == "gelu"
    assert both["pairs"][0]["layers"][0]["old"]["file"] == "main:specs/net.yaml"
    family = run("HEAD:specs/family.yaml:large", "specs/family.yaml:small", "--format", "json")
    assert [*figures(family.out).values()] == [(448, 112)]
    assert len(figures(run("HEAD:specs/family.yaml", "specs/family.yaml", "--format", "json").out)) == 2
    assert archlens.load("HEAD:specs/family.yaml:large").analyze().totals.params == 448


def test_what_a_revision_extends_is_of_that_revision(repository: Write) -> None:
    repository(**{"specs/base.yaml": WIDER})
    done = run("HEAD:specs/grandchild.yaml", "specs/grandchild.yaml", "--format", "json")
    assert [*figures(done.out).values()] == [(PARAMS, WIDER_PARAMS)]
    os.chdir("specs")
    below = run("HEAD:./grandchild.yaml", "grandchild.yaml", "--format", "json")
    assert [*figures(below.out).values()] == [(PARAMS, WIDER_PARAMS)]
    assert "from here it is `HEAD:./child.yaml`" in run("HEAD:child.yaml", "child.yaml").err


def test_everything_that_changed(repository: Write) -> None:
    git("mv", "specs/net.yaml", "specs/renamed.yaml")
    repository(**{"specs/base.yaml": WIDER, "specs/fresh.yaml": FRESH, "other.yaml": "a: 2\n"})
    Path("specs/family.yaml").unlink()
    done = run("--base", "main", "--format", "json")
    data = json.loads(done.out)
    base = git("rev-parse", "--short", "HEAD")
    assert (done.code, data["about"]) == (0, f"the working tree against {base}, where HEAD left main")
    before = {
        "base": (f"{base}:specs/base.yaml", "specs/base.yaml", "changed"),
        "child": (f"{base}:specs/child.yaml", "specs/child.yaml", "changed"),
        "large": (f"{base}:specs/family.yaml:large", None, "deleted"),
        "small": (f"{base}:specs/family.yaml:small", None, "deleted"),
        "fresh": (None, "specs/fresh.yaml", "new"),
        "grandchild": (f"{base}:specs/grandchild.yaml", "specs/grandchild.yaml", "changed"),
        "renamed": (f"{base}:specs/net.yaml", "specs/renamed.yaml", "same"),
    }
    assert sorted([(one["old"], one["new"], one["status"]) for one in data["pairs"]], key=str) == sorted(before.values(), key=str)
    assert data["notes"] == ["specs/child.yaml, specs/grandchild.yaml extend specs/base.yaml, which changed"]
    commit()
    os.chdir("specs")
    again = run("--base", "main", "--format", "json", "--fail-on", "params > +10%", "child.yaml", "fresh.yaml")
    assert again.code == 1
    assert figures(again.out) == {
        f"{base}:specs/child.yaml child.yaml": (PARAMS, WIDER_PARAMS),
        "None fresh.yaml": (None, 5 * 4 + 4),
    }
    assert "no spec differs" in run("--base", "HEAD").out
    whole = git("rev-parse", "main")  # as continuous integration names it
    about = json.loads(run("--base", whole, "--format", "json").out)["about"]
    assert about == f"the working tree against {base}, where HEAD left {git('rev-parse', '--short', 'main')}"
    assert len(json.loads(run("--base", "work~1", ".", "--format", "json").out)["pairs"]) == 7


def test_a_spec_whose_base_is_gone_is_looked_at(repository: Write) -> None:
    git("mv", "specs/base.yaml", "specs/moved.yaml")
    done = run("--base", "work", "--format", "json")
    assert done.code == 1
    assert "specs/child.yaml:2:10: error[ARC108]" in done.err
    data = json.loads(done.out)
    assert [one["status"] for one in data["pairs"]] == ["same"]
    assert {fault["file"] for fault in data["diagnostics"]} == {"specs/child.yaml"}
    assert len(data["diagnostics"]) == 2  # of the child, and of what extends it


def test_a_faulty_side_is_told_and_the_others_are_compared(repository: Write) -> None:
    repository(**{"specs/net.yaml": BROKEN, "specs/base.yaml": WIDER})
    done = run("--base", "work", "--format", "markdown")
    assert done.code == 1
    assert "specs/net.yaml:7:5: error[ARC101]" in done.err
    assert "```text\nspecs/net.yaml:7:5: error[ARC101]" in done.out
    assert "base.yaml" in done.out
    one = run("work:specs/net.yaml", "specs/net.yaml")
    assert (one.code, one.out) == (1, "")
    commit()
    back = run("HEAD:specs/net.yaml", "work~1:specs/net.yaml", "--format", "json")
    assert back.code == 1
    assert json.loads(back.out)["diagnostics"][0]["file"] == "HEAD:specs/net.yaml"
    repository(**{"specs/base.yaml": "archlens: 1\nextends: nothing.yaml\n"})
    commit()
    assert "no file HEAD:specs/nothing.yaml" in run("HEAD:specs/base.yaml", "specs/net.yaml").err


def test_a_change_that_mends_a_spec_is_no_failure(repository: Write) -> None:
    shapes = FAMILY.replace("conv: width 3x3 same", "conv: width 3x3 groups=width")  # 3 channels do not divide into 16 groups
    repository(**{"specs/net.yaml": BROKEN, "specs/family.yaml": shapes, "specs/gone.yaml": FRESH.replace("linear", "lin")})
    commit()
    repository(**{"specs/net.yaml": SPEC, "specs/family.yaml": FAMILY})
    Path("specs/gone.yaml").unlink()
    done = run("--base", "HEAD", "--format", "json")
    data = json.loads(done.out)
    assert (done.code, done.err, data["diagnostics"]) == (0, "", [])
    assert {one["title"]: (one["status"], one["totals"]["params"]["new"]) for one in data["pairs"]} == {
        "Net": ("mended", PARAMS),
        "Net · small": ("mended", 3 * 9 * 4 + 4),
        "Net · large": ("mended", 3 * 9 * 16 + 16),
    }
    assert "HEAD:specs/net.yaml has a fault, so nothing is compared with it: no layer is called `rel`" in data["notes"]
    assert run("--base", "HEAD", "specs/net.yaml").out.splitlines()[2] == "Net: mended"


WRONG = {
    "an unknown revision": (["mian:specs/net.yaml", "specs/net.yaml"], "git knows no revision `mian`; did you mean `main`?"),
    "an option for a revision": (["--", "-x:specs/net.yaml", "specs/net.yaml"], "`-x` is no revision of git"),
    "no such file in it": (["main:specs/no.yaml", "specs/net.yaml"], "there is no file specs/no.yaml in main"),
    "out of the repository": (["main:../no.yaml", "specs/net.yaml"], "there is no file ../no.yaml in main"),
    "a folder": (["main:specs/", "specs/net.yaml"], "main:specs cannot be read: it is a folder"),
    "an unknown base": (["--base", "nope"], "git knows no revision `nope`"),
    "a tree for a base": (["--base", "main^{tree}"], "error: git: main^{tree}"),
    "a path that never was": (["--base", "main", "nope.yaml"], "there is no file nope.yaml, neither here nor in"),
    "a path elsewhere": (["--base", "main", "/"], "/ is not in the repository"),
    "one network": (["specs/net.yaml"], "name two networks, OLD and NEW"),
    "three networks": (["vgg16", "vgg19", "vgg13"], "name two networks, OLD and NEW"),
    "no file": (["specs/no.yaml", "specs/net.yaml"], "no file specs/no.yaml"),
    "stdin twice": (["-", "-"], "stdin is read once"),
    "no level": (["specs/net.yaml", "specs/net.yaml", "--level", "stag"], "did you mean `stage`?"),
    "no format": (["specs/net.yaml", "specs/net.yaml", "-o", "a.pdf"], "the ending says no format"),
    "no limit": (["specs/net.yaml", "specs/net.yaml", "--fail-on", "mac > 1"], "did you mean `macs`?"),
    "binary": (["main:image.yaml", "specs/net.yaml"], "main:image.yaml is not UTF-8 text"),
    "too large": (["main:large.yaml", "specs/net.yaml"], "main:large.yaml is larger than 1 MB"),
}


def test_what_cannot_be_done_says_why(repository: Write) -> None:
    git("checkout", "-q", "main")
    Path("image.yaml").write_bytes(b"\x89PNG\xff\xfe")
    Path("large.yaml").write_bytes(b"#" * 1_000_001)
    commit()
    for name, (arguments, message) in WRONG.items():
        done = run(*arguments)
        assert (done.code, done.out) == (2, ""), name
        assert message in done.err, name


def test_without_git_or_a_repository(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write(**{"a.yaml": SPEC, "main:b.yaml": WIDER})
    for arguments in (["main:a.yaml", "a.yaml"], ["--base", "main"]):
        done = run(*arguments)
        assert done.code == 2
        assert "git: not a git repository" in done.err
    assert figures(run("a.yaml", "main:b.yaml", "--format", "json").out)  # a file of that name comes first
    monkeypatch.setenv("PATH", "/nowhere")
    done = run("main:a.yaml", "a.yaml")
    assert done.code == 2
    assert "git is not installed" in done.err
    assert run("a.yaml", "a.yaml").code == 0


def test_a_repository_without_a_commit(write: Write) -> None:
    write(**{"a.yaml": SPEC})
    git("init", "-q")
    done = run("--base", "main")
    assert (done.code, done.err) == (2, "error: git knows no revision `main`; HEAD has no commit yet\n")


def test_histories_that_never_met(repository: Write) -> None:
    git("checkout", "-q", "--orphan", "alone")
    repository(**{"new.txt": "another history\n"})
    commit()
    done = run("--base", "main")
    assert done.code == 2
    assert "main and HEAD have no commit in common" in done.err


def test_links_and_names_with_odd_signs(repository: Write) -> None:
    repository(**{"specs/a b é:c.yaml": SPEC})
    os.symlink("net.yaml", "specs/link.yaml")
    os.symlink("gone.yaml", "specs/dangling.yaml")
    commit()
    repository(**{"specs/a b é:c.yaml": WIDER})
    assert [*figures(run("HEAD:specs/link.yaml", "specs/net.yaml", "--format", "json").out).values()] == [(PARAMS, PARAMS)]
    assert "there is no file specs/dangling.yaml" in run("HEAD:specs/dangling.yaml", "specs/net.yaml").err
    found = figures(run("--base", "HEAD", "--format", "json").out)
    assert found == {"HEAD:specs/a b é:c.yaml specs/a b é:c.yaml": (PARAMS, WIDER_PARAMS)}


def test_what_is_written_to_a_file(write: Write) -> None:
    write(**{"a.yaml": SPEC, "b.yaml": WIDER, "mine.md": "mine\n"})
    for name, start in (
        ("d.md", "<!-- archlens diff -->"),
        ("d.json", '{\n  "schema": 1'),
        ("d.html", "<!DOCTYPE html>"),
        ("d.txt", "Net\n"),
    ):
        assert run("a.yaml", "b.yaml", "-o", name).out.startswith(f"{name}: ")
        assert Path(name).read_text(encoding="utf-8").startswith(start)
        assert run("a.yaml", "b.yaml", "-o", name).code == 0
    refused = run("a.yaml", "b.yaml", "-o", "mine.md")
    assert (refused.code, Path("mine.md").read_text(encoding="utf-8")) == (2, "mine\n")
    assert run("a.yaml", "b.yaml", "-o", "mine.md", "--force").code == 0


def test_stdin_on_one_side(write: Write) -> None:
    write(**{"a.yaml": SPEC})
    done = run("a.yaml", "-", "--format", "json", input=WIDER)
    assert figures(done.out) == {"a.yaml -": (PARAMS, WIDER_PARAMS)}
