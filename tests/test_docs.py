"""What the pages show is run: every console, python and yaml block of README, ARCHITECTURE, CONTRIBUTING and docs/.

    ```console   each `$ command` runs (a line `> …` continues it) and exits 0 unless an error, a warning or a failed test is
                 shown; output that follows must be what it prints, stdout and stderr together, where `...` stands for anything.
    ```python    runs; with `>>>` it is a doctest.
    ```yaml      a whole spec (it begins with `archlens:`) is analysed.
    ```bash      only the README's two commands, marked <!-- use command --> and <!-- test command -->; .ci/run runs both.

A block after <!-- file: NAME --> is written to NAME first, for the page's other blocks to use. The working directory
holds a copy of specs/ and these files.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlens.cli import _group
from tests.pages import BLOCKS, PAGES, ROOT, Block, blocks_of, lay_out

COMMANDS = ["use command", "test command"]


def each(language: str, beginning: str = "") -> pytest.MarkDecorator:
    """Run a test for each block of a language whose text begins so."""
    chosen = [b for b in BLOCKS if b.language == language and b.text.startswith(beginning)]
    return pytest.mark.parametrize("block", [pytest.param(b, id=f"{b.page}:{b.line}") for b in chosen])


def steps(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the output shown for it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
        else:
            assert found, f"{block.page}:{block.line}: a console block begins with `$ `"
            found[-1][1].append(line)
    return found


def tidy(text: str) -> str:
    """`text` without blanks at the ends of lines and blank lines at its ends."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def shows(expected: str, actual: str) -> bool:
    """Whether `expected`, where `...` stands for anything, is what `actual` says."""
    pattern = ".*".join(re.escape(part) for part in tidy(expected).split("..."))
    return re.fullmatch(pattern, tidy(actual), re.DOTALL) is not None


@pytest.fixture
def folder(block: Block, tmp_path: Path) -> Path:
    """A working directory with specs/ and the files the block's page writes."""
    lay_out(block, tmp_path)
    return tmp_path


def run(command: list[str], folder: Path, warnings: str = "error", given: str = "") -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` as a plain terminal would, this interpreter's scripts first on the PATH; given: its stdin."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    plain = {"PATH": path, "PYTHONUTF8": "1", "NO_COLOR": "1", "COLUMNS": "120", "PYTHONWARNINGS": warnings}
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **plain},
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )


FIRST = re.compile(r"""archlens (?:[^'"|>]|'[^']*'|"[^"]*")*""")  # up to a pipe or a file


def said(command: str, folder: Path) -> tuple[int, str]:
    """The exit status of a command line and what it says; `archlens` as its first word runs in this process, which is warm."""
    first = FIRST.match(command)
    if first is None:
        done = run(["bash", "-o", "pipefail", "-c", command], folder)
        return done.returncode, done.stdout
    ours = CliRunner().invoke(_group, shlex.split(first[0])[1:], prog_name="archlens")
    assert ours.exception is None or isinstance(ours.exception, SystemExit), ours.exception
    rest = command[first.end() :]
    if not rest:
        return ours.exit_code, ours.output
    done = run(["bash", "-o", "pipefail", "-c", f"cat {rest}"], folder, given=ours.stdout)
    return ours.exit_code or done.returncode, ours.stderr + done.stdout


@each("console")
def test_console_blocks_show_what_happens(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "120")
    for command, output in steps(block):
        shown = "\n".join(output)
        code, text = said(command, folder)
        assert not output or shows(shown, text), f"$ {command}\n{text}"
        assert code == 0 or any(word in shown for word in ("error", "warning[", " failed")), f"$ {command}\n{text}"


@each("python")
def test_python_blocks_run(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if ">>> " not in block.text:
        (folder / "block.py").write_text(block.text, encoding="utf-8")
        done = run([sys.executable, "block.py"], folder)
        assert done.returncode == 0, done.stdout
        return
    monkeypatch.chdir(folder)
    session = doctest.DocTestParser().get_doctest(block.text, {}, block.page, block.page, block.line)
    found: list[str] = []
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session, out=found.append).failed == 0, "".join(found)


@each("yaml", "archlens:")
def test_whole_specs_are_analysed(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if block.file:
        return  # the page's console blocks show what becomes of it
    (folder / "block.yaml").write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(_group, ["analyze", "block.yaml"])
    assert done.exit_code == 0, done.output


def test_bash_blocks_are_the_two_commands() -> None:
    found = [(b.page, b.language, b.mark) for b in BLOCKS if b.language in ("bash", "sh", "shell", "zsh")]
    assert found == [("README.md", "bash", mark) for mark in COMMANDS]


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.slow
def test_the_use_command_does_everything(tmp_path: Path) -> None:
    (block,) = (b for b in BLOCKS if b.mark == "use command")
    checkout = tmp_path / "archlens"
    shutil.copytree(ROOT, checkout, ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__"))
    done = run(["bash", "-euo", "pipefail", "-c", block.text], checkout, warnings="default")  # pip has its own
    assert done.returncode == 0, done.stdout
    assert "VGG" in done.stdout


PAGE = """\
<!-- file: a.txt -->
```text
one
```

1. In a list:

   ````console
   $ cat <<END
   > ```
   > END
   ```
   ````
"""


def test_blocks_are_found() -> None:
    first, second = blocks_of(PAGE, "page.md")
    assert (first.file, first.text, first.line) == ("a.txt", "one\n", 2)
    assert (second.language, second.mark, steps(second)) == ("console", "", [("cat <<END\n```\nEND", ["```"])])


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a\nb", "a  \nb\n\n", True),
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("params ...", "params 12\nmore", True),
        ("a\n...\nz", "a\nb", False),
        ("a", "a\nb", False),
        ("2.0", "2x0", False),
    ],
)
def test_output_is_compared(expected: str, actual: str, same: bool) -> None:
    assert shows(expected, actual) is same
