"""What a runner of GitHub does with an action, as far as ours needs it: expressions filled in, steps run in bash."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.pages import ROOT

__all__ = ["ACTION", "filled", "repository", "run_step"]

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def filled(text: str, context: Mapping[str, Any]) -> str:
    """A text with each `${{ a.b || c.d }}` put in: the first that is not empty."""

    def value(found: re.Match[str]) -> str:
        for path in found[1].split("||"):
            one: Any = context
            for part in path.strip().split("."):
                one = one.get(part, "") if isinstance(one, Mapping) else ""
            if one:
                return str(one)
        return ""

    return _EXPRESSION.sub(value, text)


def run_step(
    step: Mapping[str, Any], context: Mapping[str, Any], folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a step in bash as a runner does, with the files that GitHub gives it, and the archlens that is tested."""
    given = {name: filled(text, context) for name, text in step.get("env", {}).items()}
    known = {
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(folder / ".output"),
        "GITHUB_STEP_SUMMARY": str(folder / ".summary"),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={**os.environ, **known, **given, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def repository(folder: Path, *commits: Mapping[str, str]) -> Path:
    """A git repository in a folder, with a commit for each mapping from paths to texts."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(folder), "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments], check=True)

    folder.mkdir(exist_ok=True)
    git("init", "--quiet", "--initial-branch=main")
    for files in commits:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--no-verify", "--message=change")
    return folder
