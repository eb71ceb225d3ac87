"""The GitHub Action: action.yml holds together, and its step does what it says in a repository."""

import json
import re
import sys

import pytest

from tests.pages import ROOT
from tests.teams.workflows import ACTION, repository, run_step

STEPS = {step["id"]: step for step in ACTION["runs"]["steps"]}
SCRIPT = (ROOT / "scripts/github_action.py").read_text(encoding="utf-8")

NET = (
    "archlens: 1\nname: Net\ninput: 3x32x32\nlayers:\n  - conv: {width} 3x3 same\n  - relu\n  - global_avg_pool\n  - linear: 10\n"
)
BIASED = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3 same\n  - batch_norm\n"
BEFORE = {"specs/net.yaml": NET.format(width=16), "README.md": "nets\n"}
# 3·16·9 + 16 weights of the convolution, 16·10 + 10 of the classifier; then with 32 for 16.
PARAMS_BEFORE, PARAMS_AFTER = 448 + 170, 896 + 330


@pytest.fixture
def run(tmp_path):
    """`run(*commits, name=value)`: the step with these inputs in a repository of these commits; what it left behind."""

    def step(*commits, event=None, **inputs):
        folder = repository(tmp_path / "repository", *commits)
        given = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == ACTION["inputs"].keys()
        context = {
            "inputs": given,
            "github": {"event": event or {}},
            "steps": {"install": {"outputs": {"python": sys.executable}}},
        }
        return run_step(STEPS["run"], context, folder), folder

    return step


def outputs(folder):
    return dict(line.split("=", 1) for line in (folder / ".output").read_text(encoding="utf-8").splitlines())


def commands(log):
    """The lines of a log that the runner takes for commands: those between `stop-commands` and its token are not."""
    found, token = [], None
    for line in log.splitlines():
        if token:
            token = None if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            found.append(line)
    assert token is None
    return found


def test_a_pull_request_is_told_what_is_wrong_and_what_it_costs(run):
    change = {"specs/net.yaml": NET.format(width=32), "specs/biased.yaml": BIASED}
    done, folder = run(BEFORE, change, event={"pull_request": {"base": {"sha": "HEAD~1"}}}, paths="specs")
    assert (done.returncode, done.stderr) == (1, "")
    (annotation,) = commands(done.stdout)
    assert re.match(r"::warning file=specs/biased.yaml,line=4,.*ARC502", annotation)
    assert "specs/biased.yaml:4:5: warning[ARC502]" in done.stdout
    assert outputs(folder) == {"findings": "1", "comment-file": "archlens-comment.md", "sarif-file": "archlens.sarif"}
    comment = (folder / "archlens-comment.md").read_text(encoding="utf-8")
    assert comment.startswith("<!-- archlens -->\n### archlens: 2 files: 1 warning\n")
    assert "\n```text\nspecs/biased.yaml:4:5: warning[ARC502]" in comment
    assert re.search(rf"\| params +\| +{PARAMS_BEFORE} \| +{PARAMS_AFTER:,} \| +\+{PARAMS_AFTER - PARAMS_BEFORE} \|", comment)
    assert (folder / ".summary").read_text(encoding="utf-8") == comment
    (result,) = json.loads((folder / "archlens.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "ARC502"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "specs/biased.yaml"


def test_a_push_of_sound_specs_is_quiet(run):
    done, folder = run(BEFORE, paths="'specs/**/*.yaml'", comment_file="", sarif_file="")
    assert done.returncode == 0, done.stdout
    assert [line.partition(" ")[0] for line in commands(done.stdout)] == ["::notice"]  # that there is no base
    assert outputs(folder) == {"findings": "0", "comment-file": "", "sarif-file": ""}
    assert (folder / ".summary").read_text(
        encoding="utf-8"
    ) == "<!-- archlens -->\n### archlens: 1 file, 1 network: no findings\n"
    assert sorted(path.name for path in folder.iterdir()) == [".git", ".output", ".summary", "README.md", "specs"]


@pytest.mark.parametrize(
    ("change", "inputs", "code", "said"),
    [
        (
            {"specs/net.yaml": NET.format(width=32)},
            {"diff_args": "--fail-on 'macs > +5%'", "comment_file": "out/comment.md"},
            1,
            "",
        ),
        ({"specs/biased.yaml": BIASED, "archlens/__init__.py": "raise SystemExit(3)\n"}, {"fail_on": "error"}, 0, "::warning "),
        ({"specs/biased.yaml": BIASED}, {"args": "--ignore ARC502", "diff_args": "--fail-on 'macs > +150%'"}, 0, ""),
        ({"README.md": "more\n"}, {"base": "v9"}, 2, "fetch-depth: 0"),
        ({"README.md": "more\n"}, {"base": "--output=x", "paths": "specs $(touch stolen) `touch stolen` ; touch stolen"}, 2, ""),
        ({"README.md": "more\n"}, {"args": "--select 'ARC5"}, 2, "`args` cannot be read: no closing quotation"),
        ({"README.md": "more\n"}, {"args": "--format json"}, 2, "the check could not be run: error: `format`"),
        ({"README.md": "more\n"}, {"diff": "yes"}, 2, "`diff` is true or false, not yes"),
        ({"README.md": "more\n"}, {"diff_args": "--fail-on 'mac > 1'"}, 2, "no figure is called `mac`; did you mean `macs`?"),
        (
            {"specs/net.yaml": NET.format(width=32)},
            {"paths": "specs/net.yaml:all specs", "diff_args": "-o x --format json"},
            0,
            "",
        ),
        ({"README.md": "more\n"}, {"comment_file": "README.md/comment", "args": "-q"}, 2, "README.md/comment cannot be written"),
    ],
)
def test_inputs_do_what_they_say(change, inputs, code, said, run):
    done, folder = run(BEFORE, change, **{"base": "HEAD~1", "paths": "specs", **inputs})
    assert done.returncode == code, done.stdout
    assert said in "\n".join(commands(done.stdout))
    assert not (folder / "stolen").exists()
    if "args" not in inputs or code == 0:
        comment = folder / inputs.get("comment_file", "archlens-comment.md")
        assert comment.read_text(encoding="utf-8").startswith("<!-- archlens -->\n### archlens: ")


def test_a_link_in_the_repository_leads_nowhere(run, tmp_path):
    (tmp_path / "repository").mkdir()
    for name in ("archlens-comment.md", "archlens.sarif"):
        (tmp_path / "repository" / name).symlink_to(tmp_path / "mine")
    done, folder = run(BEFORE, base="HEAD")
    assert done.returncode == 0, done.stdout
    assert not (tmp_path / "mine").exists()
    assert (folder / "archlens-comment.md").read_text(encoding="utf-8").startswith("<!-- archlens -->")


def test_a_comment_is_not_longer_than_github_takes(monkeypatch, tmp_path):
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("github_action", ROOT / "scripts/github_action.py")
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setenv("INPUT_COMMENT_FILE", str(tmp_path / "comment.md"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    findings = "\n\n".join([f"net.yaml:{line}:1: error[ARC203]: a fault of `{'x' * 80}`" for line in range(1, 2_000)])
    script.report([f"{script.MARK}\n### archlens: many", script.fenced(findings), "a difference\n" * 4_000])
    comment = (tmp_path / "comment.md").read_text(encoding="utf-8")
    assert len(comment) < 65_536
    assert comment.count("```") == 2
    assert "a difference" not in comment
    assert comment.rstrip().endswith("see the summary of the run.")
    assert "a difference" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert script.fenced("a `````fence") == "``````text\na `````fence\n``````"


def test_every_input_is_used_and_every_file_is_there():
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"inputs\.([\w-]+)", text))
    assert named == ACTION["inputs"].keys()
    assert all({"description", "default"} == one.keys() for one in ACTION["inputs"].values())
    read = {f"INPUT_{name}" for name in re.findall(r'(?:given|words)\("(\w+)"\)', SCRIPT)}
    assert read == {name for name in STEPS["run"]["env"] if name.startswith("INPUT_")}
    assert {f"INPUT_{name.upper().replace('-', '_')}" for name in named - {"python-version"}} == read
    files = re.findall(r"\$GITHUB_ACTION_PATH/([\w./-]+)", text)
    assert files == ["scripts/github_action.py"]
    assert all((ROOT / file).is_file() for file in files)
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.run.outputs.{name} }}}}"
        assert f'"{name}":' in SCRIPT


def test_no_input_becomes_part_of_a_program():
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert step.get("shell", "bash") == "bash"
        assert ("run" in step) != ("uses" in step)


@pytest.mark.slow
def test_the_install_step_makes_a_python_that_has_archlens(tmp_path):
    context = {"steps": {"python": {"outputs": {"python-path": sys.executable}}}}
    done = run_step(STEPS["install"], context, tmp_path, RUNNER_TEMP=str(tmp_path), PYTHONPATH="")
    assert done.returncode == 0, done.stderr
    python = outputs(tmp_path)["python"]
    context = {"inputs": {"paths": "resnet50", "diff": "false"}, "steps": {"install": {"outputs": {"python": python}}}}
    done = run_step(STEPS["run"], context, tmp_path, PYTHONPATH="")
    assert done.returncode == 0, done.stdout
    assert "1 file, 1 network: no findings" in done.stdout
