"""Which files are checked: against trees made by hand."""

import os

import pytest

from archlens.gate import discover as module
from archlens.gate.discover import discover
from archlens.gate.globs import file_matcher
from archlens.gate.look import Target
from archlens.spec.files import is_spec_text


def found(*targets, **options):
    """The names of what is checked, how many files were passed over, and what is said of targets that mean nothing."""
    result = discover(targets, **options)
    return [target.name for target in result.targets], result.skipped, [message for _, message in result.problems]


@pytest.fixture
def tree(here, write):
    """Specs among everything that is none."""
    for path in ("b.yaml", "a/two.yml", "a/one.yaml", "a/deep/er/x.yaml", "c/y.yaml"):
        write(path)
    write("a/base.yaml", "name: x\narchlens: 1\n")
    write("a/eslint.yaml", "extends: airbnb\n")
    write("a/bom.yaml", b"\xef\xbb\xbfarchlens: 1\n")
    write("a/mac.yaml", b"name: x\rarchlens: 1\r")
    write("a/compose.yaml", "services:\n  web:\n    extends: base\n    archlens: 1\n")
    write("a/binary.yaml", bytes(range(256)) * 40)
    write("a/empty.yaml", "")
    write("a/notes.md", "archlens: 1\n")
    for folder in (".git", ".hidden", "node_modules/p", "a/__pycache__", "venv/lib"):
        write(f"{folder}/no.yaml")
    write("venv/pyvenv.cfg", "home = /usr\n")
    os.mkfifo(here / "a" / "pipe.yaml")
    return here


SPECS = ["b.yaml", "a/base.yaml", "a/bom.yaml", "a/mac.yaml", "a/one.yaml", "a/two.yml", "a/deep/er/x.yaml", "c/y.yaml"]


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (["."], SPECS),
        (["a"], SPECS[1:7]),
        (["./a/"], SPECS[1:7]),
        (["c", "a/deep"], ["c/y.yaml", "a/deep/er/x.yaml"]),
        (["a/two.yml", "a", "a/one.yaml"], ["a/two.yml", *SPECS[1:5], "a/deep/er/x.yaml"]),
        (["*.yaml"], ["b.yaml"]),
        (["?/**/*.yaml"], ["a/base.yaml", "a/bom.yaml", "a/deep/er/x.yaml", "a/mac.yaml", "a/one.yaml", "c/y.yaml"]),
        (["[ac]"], [*SPECS[1:7], "c/y.yaml"]),
        (["[!v]*/**"], ["a/base.yaml", "a/bom.yaml", "a/deep/er/x.yaml", *SPECS[3:6], "c/y.yaml"]),
        (["venv/**/*.yaml", "node_modules/**/*.yaml"], ["venv/lib/no.yaml", "node_modules/p/no.yaml"]),
        ([".hidden"], [".hidden/no.yaml"]),
        (["vgg16", "resnet:all", "a/notes.md", "nothing.yaml"], ["vgg16", "resnet:all", "a/notes.md", "nothing.yaml"]),
        (["b.yaml:small", "b.yaml", "c/y.yaml:one"], ["b.yaml", "c/y.yaml:one"]),
        (["./b.yaml", "b.yaml", "a/../b.yaml"], ["b.yaml"]),
    ],
)
def test_targets_mean_these_files(targets, names, tree):
    assert found(*targets)[::2] == (names, [])


def test_absolute_paths_below_the_working_folder_are_seen_from_there(tree):
    assert found(str(tree))[0] == SPECS
    assert found(str(tree / "a" / "one.yaml"))[0] == ["a/one.yaml"]
    os.chdir(tree / "a")
    assert found("..")[0][0] == "../b.yaml"


def test_what_is_passed_over_is_counted(tree):
    assert found("a")[1] == 4  # eslint, compose, binary and empty
    assert found("b.yaml")[1] == 0


def test_links_are_followed_once_and_what_is_real_comes_first(tree, write):
    (tree / "a" / "loop").symlink_to("loop")
    (tree / "a" / "up").symlink_to("..")
    (tree / "a" / "0.yaml").symlink_to("../b.yaml")
    (tree / "a" / "gone.yaml").symlink_to("nowhere")
    (tree / "0").symlink_to("c")
    assert found(".")[0] == SPECS
    assert found("a")[0][:6] == SPECS[1:7]
    assert sorted(found("a")[0][6:]) == ["a/0.yaml", "a/up/c/y.yaml"]  # b.yaml by its link, c by way of up
    assert found("0")[0] == ["0/y.yaml"]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["a"], ["b.yaml", "c/y.yaml"]),
        (["a/deep", "c"], SPECS[:6]),
        (["*.yml", "b*", "x.yaml"], ["a/mac.yaml", "a/one.yaml", "c/y.yaml"]),
        (["a/*.yaml"], ["b.yaml", "a/two.yml", "c/y.yaml"]),
        (["./c/", "/a"], ["b.yaml"]),
    ],
)
def test_globs_exclude_files_and_folders(patterns, left, tree):
    assert found(".", excluded=file_matcher("", patterns))[0] == left
    os.chdir(tree / "c")
    above = [
        name.removeprefix("../c/") if name.startswith("../c/") else name.removeprefix("../")
        for name in found("..", excluded=file_matcher("..", patterns))[0]
    ]
    assert above == [name.removeprefix("c/") if name.startswith("c/") else name for name in left]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("empty", "no spec in empty; a spec is a YAML file with a line `archlens: 1`"),
        ("other", "no spec in other; 1 other YAML file is there; a spec is a YAML file with a line `archlens: 1`"),
        ("x*.yaml", "`x*.yaml` matches nothing"),
        ("other/*", "`other/*` matches no spec; a spec is a YAML file with a line `archlens: 1`"),
    ],
)
def test_targets_without_a_spec(target, said, tree, write):
    (tree / "empty").mkdir()
    write("other/compose.yaml", "a: 1\n")
    assert found("b.yaml", target)[::2] == (["b.yaml"], [said])


def test_a_folder_that_cannot_be_read_is_told_and_the_others_are_checked(tree, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(module.os, "scandir", refuse)
    assert found(".")[::2] == ([*SPECS[:6], "c/y.yaml"], ["a/deep cannot be read: Permission denied"])


def test_folders_may_be_as_deep_as_the_system_allows(here):
    for _ in range(1500):  # more than Python's stack
        os.mkdir("d")
        os.chdir("d")
    (here / "d" / "a.yaml").write_text("archlens: 1\n")
    os.chdir(here)
    try:
        assert found(".") == (["d/a.yaml"], 0, [])
    finally:  # what pytest itself could not do
        (here / "d" / "a.yaml").unlink()
        for _ in range(1500):
            os.chdir("d")
        for _ in range(1500):
            os.chdir("..")
            os.rmdir("d")


def test_stdin_is_a_target_of_its_own_and_wins_over_the_file_it_is_called_by(tree):
    stdin = Target("<stdin>", b"archlens: 1\n")
    assert discover(["-", "b.yaml"], stdin=stdin).targets == (stdin, Target("b.yaml"))
    newer = Target("c/y.yaml", b"archlens: 1\n")
    assert discover(["c", "b.yaml", "c/y.yaml:a", "-"], stdin=newer).targets == (newer, Target("b.yaml"))


def test_variants_of_one_file_are_one_target(tree):
    (tree / "link.yaml").symlink_to("b.yaml")
    names = ["b.yaml:x", "c/y.yaml", "link.yaml:y", "c/y.yaml:x", "resnet:resnet18", "HEAD:b.yaml", "resnet:resnet34"]
    assert discover(names).targets == (
        Target("b.yaml:x", others=("link.yaml:y",)),
        Target("c/y.yaml"),
        Target("resnet:resnet18", others=("resnet:resnet34",)),
        Target("HEAD:b.yaml"),
    )
    assert found("resnet:resnet18", "resnet", "b.yaml:x", "./b.yaml:all")[0] == ["resnet", "b.yaml:all"]


@pytest.mark.parametrize(
    ("data", "is_spec"),
    [
        (b"archlens: 1", True),
        (b"\xef\xbb\xbfarchlens : 1", True),
        (b"# x\r'archlens'\t: 1", True),
        (b'a: 1\r\n"archlens": 1', True),
        (b"", False),
        (b"a: archlens: 1", False),
        (b"- archlens: 1", False),
        (b" archlens: 1", False),
        (b"archlensx: 1", False),
        (b"'archlens: 1", False),
    ],
)
def test_what_looks_like_a_spec(data, is_spec):
    assert is_spec_text(data) is is_spec
