#!/usr/bin/env python3
"""What action.yml does on GitHub: check the specs, say what changed since the base, and tell it where people look.

Reads the inputs of the action from INPUT_…, runs `archlens` in the Python that runs this, and writes

    stdout                 the findings as text and as annotations
    INPUT_SARIF_FILE       the findings for code scanning
    INPUT_COMMENT_FILE     findings and differences, as a comment on a pull request
    GITHUB_STEP_SUMMARY    the same, for the page of the run
    GITHUB_OUTPUT          findings, comment-file, sarif-file

Exit status: 0 fine, 1 findings, or a limit of the diff that is not kept, 2 the request could not be met.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

MARK = "<!-- archlens -->"
"""The first line of the comment, by which it is found again."""

COMMENT = 65_000  # characters; GitHub takes 65,536
EXCERPT = 20_000  # of the findings in a comment


def main() -> int:
    """Do all of it; gives the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        checked, findings, text, summary = check(Path(folder))
        compared, difference = diff(Path(folder))
    code = max(checked, compared)
    report([f"{MARK}\n### archlens: {summary}", fenced(text), difference])
    outputs = {"findings": findings, "comment-file": given("COMMENT_FILE"), "sarif-file": given("SARIF_FILE")}
    append("GITHUB_OUTPUT", "".join(f"{name}={one_line(str(value))}\n" for name, value in outputs.items()))
    return code


def given(name: str) -> str:
    """An input of the action."""
    return os.environ.get(f"INPUT_{name}", "").strip()


def words(name: str) -> list[str]:
    """An input that stands for several words, quotes as in a shell."""
    try:
        return shlex.split(given(name))
    except ValueError as error:
        tell("error", f"`{name.lower().replace('_', '-')}` cannot be read: {str(error).lower()}: {given(name)}")
        sys.exit(2)


def check(folder: Path) -> tuple[int, int, str, str]:
    """Run `archlens check`; gives its exit status, how many findings there are, these as text, and its last line."""
    forms = ["--format", "github", "--format", f"json={folder / 'findings.json'}", "--format", f"text={folder / 'findings.txt'}"]
    if given("SARIF_FILE"):
        forms += ["--format", f"sarif={place('SARIF_FILE')}"]
    fail_on = ["--fail-on", given("FAIL_ON")] if given("FAIL_ON") else []
    done = archlens("check", *forms, *fail_on, *words("ARGS"), "--", *(words("PATHS") or ["."]))
    if not (folder / "findings.json").is_file():
        tell("error", f"the check could not be run: {done.stderr.strip()}")
        return 2, 0, done.stderr, "the check could not be run"
    text = (folder / "findings.txt").read_text(encoding="utf-8")
    sys.stdout.write(quoted(text) + done.stdout)
    found = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    count = sum(one["allowed"] is None and not one["baseline"] for one in found["findings"])
    findings, _, summary = text.rstrip().rpartition("\n")
    return done.returncode, count, findings, summary


def diff(folder: Path) -> tuple[int, str]:
    """Run `archlens diff`, if it is wanted; gives its exit status and what it says, in Markdown."""
    wanted = given("DIFF").lower()
    if wanted not in ("true", "false", ""):
        tell("error", f"`diff` is true or false, not {given('DIFF')}")
        return 2, ""
    if wanted != "true":
        return 0, ""
    if not given("BASE"):
        tell("notice", "there is no base to compare with: that is for pull requests, unless `base` names one")
        return 0, ""
    path = folder / "difference.md"
    options = [*words("DIFF_ARGS"), "--format", "markdown", "--output", str(path)]
    paths = [spec_file(one) for one in words("PATHS")]
    if any(set("*?[") & set(one) for one in paths):
        paths = []  # a glob is not for diff: whatever has changed
    done = archlens("diff", f"--base={given('BASE')}", *options, "--", *paths)
    if path.is_file():
        return done.returncode, path.read_text(encoding="utf-8").strip()
    history = "no commit in common" in done.stderr or "git knows no revision" in done.stderr
    cure = "; give actions/checkout `fetch-depth: 0`, or this action `diff: false`" if history else ""
    tell("error", f"the difference to {given('BASE')} could not be made: {done.stderr.strip()}{cure}")
    return max(1, done.returncode), ""


def spec_file(path: str) -> str:
    """A path without the variant that `archlens check` may take behind it."""
    base = path.rpartition(":")[0]
    return base if os.path.exists(base) and not os.path.lexists(path) else path


def archlens(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command; what it says on stderr is shown."""
    command = [sys.executable, "-P", "-m", "archlens", *arguments]  # -P: not a folder of that name in the repository
    plain = {**os.environ, "PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(command, env=plain, capture_output=True, text=True, encoding="utf-8", check=False)
    sys.stdout.write(quoted(done.stderr))
    return done


def report(parts: list[str]) -> None:
    """Write the summary of the run, and the comment, which GitHub takes up to a length."""
    whole = "\n\n".join(filter(None, parts)) + "\n"
    append("GITHUB_STEP_SUMMARY", whole)
    if given("COMMENT_FILE"):
        if len(whole) > COMMENT:
            whole = "\n\n".join(
                [*filter(None, parts[:-1]), "What has changed is too much for a comment: see the summary of the run."]
            )
        try:
            place("COMMENT_FILE").write_text(whole, encoding="utf-8")
        except OSError as error:
            give_up("COMMENT_FILE", error)


def place(name: str) -> Path:
    """A file that an input names, its folder made. A link of the repository goes, or it could lead anywhere."""
    path = Path(given(name))
    try:
        if path.is_symlink():
            path.unlink()
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        give_up(name, error)
    return path


def give_up(name: str, error: OSError) -> NoReturn:
    """End it where a file that an input names cannot be written."""
    tell("error", f"{given(name)} cannot be written: {error.strerror}")
    sys.exit(2)


def append(variable: str, text: str) -> None:
    """Add to a file that GitHub names in the environment; elsewhere there is none."""
    if os.environ.get(variable):
        with open(os.environ[variable], "a", encoding="utf-8") as file:
            file.write(text)


def fenced(text: str) -> str:
    """The findings as a block of code, the first of them where there are many."""
    if not text.strip():
        return ""
    shown = text.strip()
    if len(shown) > EXCERPT:
        shown = shown[:EXCERPT].rpartition("\n\n")[0] + "\n\n… and more: see the log of the run"
    fence = "`" * max(3, 1 + max([len(run) for run in re.findall("`+", shown)], default=0))
    return f"{fence}text\n{shown}\n{fence}"


def quoted(text: str) -> str:
    """Text for the log in which nothing is a command to the runner: https://docs.github.com/actions, "stop-commands"."""
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n" if text.strip() else ""


def tell(kind: str, message: str) -> None:
    """An annotation of the run."""
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{kind} title=archlens::{escaped}\n")


def one_line(text: str) -> str:
    """A value of GITHUB_OUTPUT, which ends at a line break."""
    return text.replace("\r", " ").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
