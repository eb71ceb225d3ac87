"""The hook for pre-commit: its manifest as pre-commit reads it, its command on files of a commit, all of it in a repository."""

import shlex
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner
from pre_commit.clientlib import load_config, load_manifest

from archlens.cli import _group
from tests.pages import BLOCKS, ROOT
from tests.teams.workflows import repository

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
FILES = {
    "nets/good.yaml": "archlens: 1\ninput: 3x8x8\nlayers: [conv: 4 3x3 same, relu, global_avg_pool, linear: 2]\n",
    "nets/biased.yaml": "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3 same\n  - batch_norm\n",
    "nets/old/biased.yaml": "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3 same\n  - batch_norm\n",
    "compose.yaml": "services: {web: {image: nginx}}\n",
    ".eslintrc.yml": "extends: eslint:recommended\n",
    "archlens.toml": 'exclude = ["nets/old"]\n',
}
SAID = "nets/biased.yaml:4:5: warning[ARC502]: conv: its bias (4 parameters) has no effect"


def test_pre_commit_takes_the_manifest(tmp_path):
    (hook,) = load_manifest(MANIFEST)
    assert (hook["id"], hook["language"], hook["types"], hook["pass_filenames"]) == ("archlens-check", "python", ["yaml"], True)
    (config,) = [block for block in BLOCKS if block.file == ".pre-commit-config.yaml"]
    (tmp_path / config.file).write_text(config.text, encoding="utf-8")
    ((named,),) = [repo["hooks"] for repo in load_config(tmp_path / config.file)["repos"]]
    assert named["id"] == hook["id"]


def test_its_command_passes_over_what_is_no_spec(tmp_path, monkeypatch):
    monkeypatch.chdir(repository(tmp_path / "repository", FILES))
    (hook,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    assert program == "archlens"
    named = sorted(name for name in FILES if name.endswith(("yaml", "yml")))

    done = CliRunner().invoke(_group, [*arguments, *named])
    assert (done.exit_code, done.stdout.startswith(SAID)) == (1, True), done.output
    assert done.stdout.endswith("\n\n2 files: 1 warning\n")
    done = CliRunner().invoke(_group, [*arguments, *[name for name in named if "nets/biased" not in name]])
    assert (done.exit_code, done.stdout) == (0, "1 file, 1 network: no findings\n")
    done = CliRunner().invoke(_group, [*arguments, "compose.yaml"])
    assert (done.exit_code, done.stdout) == (0, "0 files, 0 networks: no findings\n")


@pytest.mark.slow  # it installs archlens, with all that this needs
def test_pre_commit_runs_it_in_a_repository(tmp_path):
    folder = repository(tmp_path / "repository", FILES)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "archlens-check", "--all-files", "--color=never"]
    environment = {"PRE_COMMIT_HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert SAID in done.stdout
    assert "2 files: 1 warning" in done.stdout
    (folder / "nets/biased.yaml").write_text(FILES["nets/biased.yaml"].replace("same", "same bias=false"), encoding="utf-8")
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
