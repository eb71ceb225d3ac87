"""Bad input that no person would write as a file of a few lines: bytes, sizes, depths, stdin, permissions."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import archlens
from archlens.cli import _group
from archlens.errors import Diagnostic, SpecError, Unreadable, UsageError, render

HEAD = "archlens: 1\ninput: 3x32x32\n"
LAYERS = HEAD + "layers:\n"


@pytest.fixture
def spec(tmp_path: Path) -> Callable[[str | bytes], str]:
    """`spec(content)`: the path of a file that holds it."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "net.yaml"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return str(path)

    return write


def faults(target: str, **options: Any) -> tuple[Diagnostic, ...]:
    """What is told of `target`, which must be faulty."""
    with pytest.raises(SpecError) as caught:
        archlens.load(target, **options).analyze()
    for diagnostic in caught.value.diagnostics:
        assert len(render(diagnostic)) < 3_000
    return caught.value.diagnostics


# ---- what cannot be read: exit 2 ----

UNREADABLE: dict[str, tuple[bytes, str, str]] = {
    "too large": (b"# x\n" * 500_000, "ARC001", "larger than 1 MB"),
    "not UTF-8": ("archlens: 1\nname: Größe\n".encode("latin-1"), "ARC002", "byte 20 (line 2) is 0xf6"),
    "UTF-16": ("archlens: 1\n".encode("utf-16"), "ARC002", "byte 0 (line 1) is 0xff"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "ARC002", "byte 0 (line 1) is 0x89"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_unreadable_files(name: str, spec: Callable[[bytes], str]) -> None:
    content, code, words = UNREADABLE[name]
    path = spec(content)
    with pytest.raises(Unreadable) as caught:
        archlens.load(path)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert words in diagnostic.message
    assert path in diagnostic.message
    assert diagnostic.help
    result = CliRunner().invoke(_group, ["analyze", path])
    assert result.exit_code == 2
    assert f"error[{code}]" in result.output


def test_a_folder_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="directory"):
        archlens.load(str(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(spec: Callable[[str], str]) -> None:
    path = spec(LAYERS + "  - relu\n")
    Path(path).chmod(0)
    with pytest.raises(Unreadable, match="Permission"):
        archlens.load(path)


TARGETS = {
    "no_such.yaml": "no file no_such.yaml",
    "resnet50.yml": "the shipped spec is called `resnet50`",
    "resnet5": "did you mean `resnet56`?",
    "alexnet:small": "has no variants, so none called `small`",
    "alexnet:all": "has no variants; leave `:all` out",
    "resnet:resnet5": "did you mean `resnet50`?",
    "": "no file and no shipped spec is called ``",
    "a\0b": "no file and no shipped spec",
    "x" * 5000: "no file and no shipped spec",
}


@pytest.mark.parametrize("target", TARGETS)
def test_targets_that_name_nothing(target: str) -> None:
    with pytest.raises(UsageError) as caught:
        archlens.load(target)
    assert TARGETS[target] in str(caught.value)


def test_parameters_and_sizes_from_outside() -> None:
    with pytest.raises(UsageError, match="no parameter `classses`; did you mean `classes`"):
        archlens.load("alexnet", params={"classses": 10})
    with pytest.raises(UsageError, match="no parameter `alpha`; it has none"):
        archlens.load("lenet5", params={"alpha": 10})
    with pytest.raises(UsageError, match="no input `image`"):
        archlens.load("alexnet", input={"image": "3x64x64"})
    (fault,) = faults("alexnet", params={"classes": "10 +"})
    assert (fault.code, fault.span and fault.span.source.name) == ("ARC131", "-p classes")
    (fault,) = faults("alexnet", input="3x")
    assert fault.span is not None
    assert (fault.code, fault.span.source.name) == ("ARC131", "--input")
    (fault,) = faults("alexnet", input="3x0x224")
    assert (fault.code, fault.message) == ("ARC121", "input must be at least 1, not 0")
    (fault,) = faults("resnet18", input="7")
    assert fault.message == "conv needs an input C×L or C×H×W or C×D×H×W, got 7"
    assert fault.help.startswith("the network's input is channels alone: write its sizes after them, e.g. `3x224x224`")


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    def pipe(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    pipe((LAYERS + "  - conv: 16 3x3\n").encode())
    assert archlens.load("-").analyze().totals.params == 16 * 28
    pipe((LAYERS + "  - convv: 16 3x3\n").encode())
    assert faults("-")[0].span is not None
    pipe((LAYERS + "  - convv: 16 3x3\n").encode())
    assert str(faults("-")[0].span.source.name) == "<stdin>"  # type: ignore[union-attr]
    pipe(b"")
    assert [d.code for d in faults("-")] == ["ARC104"]
    pipe(b"archlens: 1\nextends: '-'\n")
    assert [d.code for d in faults("-")] == ["ARC109"]


# ---- what can be read, but is too much: exit 1, soon ----

HUGE: dict[str, tuple[str, str, str]] = {
    "nested lists": ("[" * 1_000_000, "ARC005", "nested deeper than 60 levels"),
    "nested mappings": ("\n".join(" " * i + "a:" for i in range(1_300)), "ARC005", "nested deeper than 60 levels"),
    "10,000 levels": ("- " * 10_000 + "a", "ARC005", "nested deeper than 60 levels"),
    "keys": ("archlens: 1\n" + "".join(f"k{i}: 1\n" for i in range(90_000)), "ARC103", "a spec has no key `k0`"),
    "duplicate keys": ("a: 1\n" * 100_000, "ARC007", "`a` is given twice"),
    "unknown layers": (LAYERS + "  - rleu\n" * 90_000, "ARC101", "no layer is called `rleu`"),
    "an expression": (LAYERS + "  - conv: " + "+".join(["1"] * 5_000) + " 3\n", "ARC131", "an expression of 9,999 characters"),
    "a nested expression": (LAYERS + "  - conv: " + "-" * 150 + "1 3\n", "ARC131", "an expression nested too deeply"),
    "values": (LAYERS + "  - conv: " + "8 " * 400_000 + "\n", "ARC105", "a line of 400,000 values"),
    "items": (
        LAYERS + "  - {conv: {out_channels: 3, kernel_size: [" + "1, " * 99_999 + "1]}}\n",
        "ARC105",
        "a list of 100,000 items",
    ),
    "a name": (LAYERS + "  - relu:\n    name: " + "x" * 900_000 + "\n", "ARC105", "a name of 900,000 characters"),
    "a key": (LAYERS + "  - " + "x" * 900_000 + "\n", "ARC101", "no layer is called"),
    "an open quote": ("a: '" + "x" * 900_000, "ARC004", "never closed"),
    "blocks that double": (
        HEAD + "blocks:\n" + "".join(f"  B{i}: [B{i + 1}, B{i + 1}]\n" for i in range(60)) + "  B60: []\nlayers: [B0]\n",
        "ARC141",
        "without making a layer",
    ),
    "blocks in blocks": (
        HEAD + "blocks:\n" + "".join(f"  B{i}: [B{i + 1}]\n" for i in range(150)) + "  B150: [relu]\nlayers: [B0]\n",
        "ARC142",
        "more than 100 blocks, branches and loops inside one another",
    ),
    "forks that double": (
        HEAD
        + "blocks:\n"
        + "".join(f"  B{i}: [add: {{a: [B{i + 1}], b: [B{i + 1}]}}]\n" for i in range(60))
        + "  B60: [relu]\nlayers: [B0]\n",
        "ARC142",
        "more than 100 blocks, branches and loops inside one another",
    ),
    "loops in loops": (
        LAYERS
        + "".join(" " * 4 * i + f"  - for: {{i{i}: range(10)}}\n" + " " * 4 * i + "    do:\n" for i in range(12))
        + " " * 50
        + "- relu\n",
        "ARC141",
        "more than 100,000 layers",
    ),
    "tensors": (LAYERS + "  - {concat: [prev, prev], repeat: 99}\n", "ARC202", "a tensor of 1.4e+19 values; at most 2^63"),
    "an input": (
        "archlens: 1\ninput: [9007199254740992, 9007199254740992]\nlayers: [relu]\n",
        "ARC202",
        "a tensor of 8.1e+31 values",
    ),
    "weights": (
        "archlens: 1\ninput: 9007199254740992\nlayers: [linear: 9007199254740992]\n",
        "ARC202",
        "a tensor of 8.1e+31 values",
    ),
    "patterns": (LAYERS + "  - relu\nfreeze: [" + "'*', " * 500 + "'*']\n", "ARC134", "501 patterns; at most 100"),
    "variants": (
        HEAD + "variants:\n" + "".join(f"  v{i}: {{w: 3, x{i}: 1}}\n" for i in range(20_000)) + "layers: [relu]\n",
        "ARC133",
        "variant `v0` sets `x0`",
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_too_much(name: str, spec: Callable[[str], str]) -> None:
    content, code, words = HUGE[name]
    found = faults(spec(content))
    assert (code, True) in [(d.code, words in d.message) for d in found], [d.message[:200] for d in found]
    assert len(found) <= 51


def test_many_faults_are_cut_off_with_a_note(spec: Callable[[str], str]) -> None:
    found = faults(spec(LAYERS + "  - rleu\n" * 200))
    assert [d.severity for d in found] == ["error"] * 50 + ["note"]
    assert found[-1].message == "50 faults; the rest is left out"


CHARACTERS = {
    "\0": "U+0000",
    "\x1b": "U+001B",
    "\x85": "U+0085",
    "\u2028": "U+2028",
    "\ufeff": "U+FEFF",
    "\uffff": "U+FFFF",
}


@pytest.mark.parametrize("character", CHARACTERS)
def test_characters_that_are_no_text(character: str, spec: Callable[[str], str]) -> None:
    (fault,) = faults(spec(f"archlens: 1\nname: a{character}b\n"))
    assert fault.code == "ARC003"
    assert CHARACTERS[character] in fault.message
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == (2, 8)


def test_escapes_cannot_smuggle_them_in(spec: Callable[[str], str]) -> None:
    (fault,) = faults(spec('archlens: 1\nname: "a\\e[31mb"\n'))
    assert fault.code == "ARC005"


def test_line_ends_and_byte_order_mark_do_not_matter(spec: Callable[[str | bytes], str]) -> None:
    text = LAYERS + "  - conv: 16 3x3\n  - relu\n"
    wanted = archlens.load(spec(text)).analyze()
    for content in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        "\ufeff" + text,
        text.rstrip("\n"),
        text + "...\n",
        "---\n" + text,
    ):
        assert archlens.load(spec(content)).analyze().totals == wanted.totals
    (fault,) = faults(spec((LAYERS + "  - relu\n  - rleu\n").replace("\n", "\r\n")))
    assert fault.span is not None
    assert (fault.span.line, fault.span.column, fault.span.source.line(5)) == (5, 5, "  - rleu")


def test_columns_count_characters(spec: Callable[[str], str]) -> None:
    (fault,) = faults(spec(LAYERS + "  - relu: # 🙂\n  - {conv: 16 3x3 wrong=1, name: größe𝒳}\n"))
    assert fault.span is not None
    assert (fault.span.line, fault.span.column, fault.span.end) == (5, 19, 24)
    (fault,) = faults(spec(LAYERS + "  - {relu: , name: größe𝒳, nam: 1}\n"))
    assert fault.span is not None
    assert (fault.span.line, fault.span.column) == (4, 28)


def test_the_file_itself_is_empty(spec: Callable[[str], str]) -> None:
    (fault,) = faults(spec(""))
    assert (fault.code, fault.message) == ("ARC104", "the file is empty")
    assert "archlens: 1" in fault.help
