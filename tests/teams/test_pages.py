"""docs/ci.md: the configuration of each system is read as that system reads it, and what it runs is run."""

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
import yaml

import archlens
from tests.pages import BLOCKS, ROOT
from tests.teams.workflows import ACTION, filled, repository, run_step

PAGE = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
FILES = {block.file: block.text for block in BLOCKS if block.page == "docs/ci.md" and block.file}
SOUND = {name: text.replace("3x3 same\n  - batch", "3x3 same bias=false\n  - batch") for name, text in FILES.items()}
GREATER = {"nets/detector.yaml": SOUND["nets/detector.yaml"].replace("conv: 32", "conv: 40")}
MACS = (16 * 27 * 64 * 64 + 32 * 144 * 32 * 32 + 320, 16 * 27 * 64 * 64 + 40 * 144 * 32 * 32 + 400)


@pytest.fixture
def commands(tmp_path, monkeypatch):
    """A folder on the PATH with `archlens`, which is the one that is tested, and `pip` and `gh`, which only write down what they
    are told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in {
        "archlens": f'exec "{sys.executable}" -m archlens "$@"',
        "pip": f'printf "%s\\n" "pip $*" >> "{tmp_path}/told"',
        "gh": f'printf "%s\\n" "gh $*" >> "{tmp_path}/told"; [ "$1 $2" != "api --paginate" ] || printf "%s" "$COMMENTS"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


def bash(script, folder, **environment):
    """Run a script as the shells of GitHub and GitLab do: it ends at the first command that fails."""
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("change", "base", "code", "findings"),
    [
        (FILES, "HEAD~1", 1, ["bias-before-norm"]),  # as the page has it, with its bias
        (GREATER, "HEAD~1", 1, []),  # the limit of the diff is not kept
        ({"README.md": "more"}, "HEAD~1", 0, []),
        (FILES, "", 1, ["bias-before-norm"]),  # not a merge request
    ],
)
def test_the_job_for_gitlab(change, base, code, findings, commands):
    job = yaml.safe_load(FILES[".gitlab-ci.yml"])["archlens"]
    folder = repository(commands / "repository", SOUND, change)
    done = bash("\n".join([*job["before_script"], *job["script"]]), folder, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert done.returncode == code, done.stdout + done.stderr
    assert (commands / "told").read_text(encoding="utf-8").startswith("pip install --quiet archlens @ git+https://")
    artifacts = job["artifacts"]
    assert artifacts["when"] == "always"
    (page,) = artifacts["paths"]
    assert (folder / page).exists() == bool(base)
    if change is GREATER:
        text = (folder / page).read_text(encoding="utf-8")
        assert f"{MACS[0]:,}" in text
        assert f"{MACS[1]:,}" in text
    quality = json.loads((folder / artifacts["reports"]["codequality"]).read_text(encoding="utf-8"))
    assert [one["check_name"] for one in quality] == findings
    assert {one["location"]["path"] for one in quality} <= {"nets/detector.yaml"}
    suites = ElementTree.parse(folder / artifacts["reports"]["junit"]).getroot()
    assert len(list(suites.iter("failure"))) == len(findings)


WORKFLOW = yaml.safe_load(FILES[".github/workflows/archlens.yml"])
STEPS = WORKFLOW["jobs"]["check"]["steps"]


def test_the_workflow_for_github_gives_the_action_what_it_takes():
    (ours,) = [step for step in STEPS if step.get("uses", "").startswith("OWNER/archlens@")]
    assert ours["with"].keys() <= ACTION["inputs"].keys()
    (upload,) = [step for step in STEPS if "upload-sarif" in step.get("uses", "")]
    assert upload["with"]["sarif_file"] == ACTION["inputs"]["sarif-file"]["default"]
    assert upload["with"]["sarif_file"] in upload["if"]
    (comment,) = [step for step in STEPS if "run" in step]
    assert ACTION["inputs"]["comment-file"]["default"] in comment["run"]
    assert f"hashFiles('{ACTION['inputs']['comment-file']['default']}') != ''" in comment["if"]
    assert re.fullmatch(r"\$\{\{[^{}]*\}\}", comment["if"])
    assert "${{" not in comment["run"]
    assert WORKFLOW["permissions"] == {}
    assert {name for name, may in WORKFLOW["jobs"]["check"]["permissions"].items() if may == "write"} == {
        "pull-requests",
        "security-events",
    }
    checkout = STEPS[0]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    table = re.findall(
        r"^\| (`[\w-]+`(?:, `[\w-]+`)*) \|.*\|.*\|$", (ROOT / "docs/ci.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(re.findall(r"[\w-]+", " ".join(table))) >= ACTION["inputs"].keys()


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ("", "gh pr comment 7 --repo me/nets --body-file archlens-comment.md"),
        ("41\n57\n", "gh api --silent --method PATCH repos/me/nets/issues/comments/41 --field body=@archlens-comment.md"),
    ],
)
def test_the_comment_is_written_once_and_then_changed(there, told, commands):
    (comment,) = [step for step in STEPS if "run" in step]
    context = {"github": {"token": "t", "event": {"pull_request": {"number": 7}}}}
    assert filled(comment["env"]["NUMBER"], context) == "7"
    done = run_step(comment, context, commands, COMMENTS=there, GITHUB_REPOSITORY="me/nets")
    assert done.returncode == 0, done.stderr
    first, second = (commands / "told").read_text(encoding="utf-8").splitlines()
    assert first.startswith("gh api --paginate repos/me/nets/issues/7/comments --jq ")
    assert 'startswith("<!-- archlens -->")' in first
    assert second == told


def test_the_plain_script(commands):
    (script,) = [block.text for block in BLOCKS if block.page == "docs/ci.md" and block.mark == "script"]
    make, install, check = script.splitlines()
    assert make == "python3 -m venv .archlens"
    assert install.startswith(".archlens/bin/pip install --quiet ")
    folder = repository(commands / "repository", FILES)
    (folder / ".archlens").mkdir()
    (folder / ".archlens/bin").symlink_to(commands / "bin")
    done = bash(f"{install}\n{check}", folder)
    assert done.returncode == 1, done.stderr
    assert "ARC502" in done.stdout
    assert [one["code"] for one in json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]] == ["ARC502"]


def test_versions_on_the_page_are_this_one():
    named = set(re.findall(r"(?:@|rev: )v(\d+\.\d+\.\d+)", PAGE))
    assert named == {archlens.__version__}
