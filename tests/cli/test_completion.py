"""What Tab offers, asked as the shells ask, and that it is silent about faults; and the line that shows progress."""

import os
import subprocess

import click
import pytest
from click.shell_completion import ShellComplete

import archlens
from archlens.cli import _group, completion, shared
from archlens.cli.progress import Progress
from archlens.report.columns import COLUMNS
from archlens.report.findings import FORMS

FAMILY = (
    "archlens: 1\ninput: 3x8x8\nparams: {n: 1}\nvariants: {small: {}, smart: {n: 2}, large: {n: 3}}\nlayers: [{conv: n 1x1}]\n"
)


def offered(command, words, incomplete):
    return [
        item.value for item in ShellComplete(command, {}, "archlens", "_ARCHLENS_COMPLETE").get_completions(words, incomplete)
    ]


@pytest.fixture
def tab(here):
    """`tab("analyze res")`: what Tab offers after that line."""
    (here / "family.yaml").write_text(FAMILY)
    (here / "nets").mkdir()
    (here / "nets" / "one.yml").write_text(FAMILY)
    (here / "nets" / "notes.txt").write_text("")
    (here / ".hidden.yaml").write_text("")

    def ask(line, command=_group):
        *words, incomplete = line.split(" ")
        return offered(command, words, incomplete)

    return ask


def test_commands(tab):
    assert tab("an") == ["analyze"]
    assert set(tab("")) >= {"analyze", "expand", "schema", "specs"}
    assert "--version" in tab("--")
    assert (tab("rec"), tab("rf")) == (["receptive-field"], ["rf"])
    assert "rf" not in tab("")


def test_rules_by_code_and_name(tab):
    assert tab("check --select ARC591") == ["ARC591"]
    assert tab("check --ignore ARC502,bias-b") == ["ARC502,bias-before-norm"]
    assert {"default", "all", "ARC601"} <= {*tab("config --extend-select ")}
    assert tab("rule bias-b") == ["bias-before-norm"]


def test_forms_of_findings(tab):
    assert tab("check --format s") == ["sarif"]
    assert tab("config --format ") == [*FORMS]


def test_revisions_of_the_repository(tab, here, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    assert tab("diff --base ") == []
    for line in ("init -q -b main", "-c user.name=a -c user.email=b commit -q --allow-empty -m x", "branch older", "tag v1"):
        subprocess.run(["git", *line.split()], cwd=here, check=True)
    assert tab("diff --base ") == ["main", "older", "v1"]
    assert tab("diff --base o") == ["older"]


def test_specs_are_names_and_files(tab):
    names = list(archlens.shipped())
    assert tab("analyze ") == [*names, "broken.yaml", "family.yaml", "missed.yaml", "small.yaml"]
    assert tab("analyze resnet1") == [name for name in names if name.startswith("resnet1")]
    assert tab("expand fam") == ["family.yaml"]
    assert tab("analyze lenet5 sm") == ["small.yaml"], "after another spec too"
    assert tab("analyze ne") == [os.path.join("nets", "one.yml")]
    assert tab("analyze nets/") == [os.path.join("nets", "one.yml")]
    assert tab("analyze .h") == [".hidden.yaml"]
    assert tab("analyze nowhere/a") == []


def test_variants_after_a_colon(tab):
    assert tab("analyze family.yaml:") == [f"family.yaml:{name}" for name in ("small", "smart", "large", "all")]
    assert tab("analyze family.yaml:sma") == ["family.yaml:small", "family.yaml:smart"]
    assert tab("analyze resnet:resnet10") == ["resnet:resnet101"]
    assert tab("analyze vgg:a") == ["vgg:all"]


def test_bash_splits_words_at_colons(tab):
    assert tab("analyze family.yaml :") == ["small", "smart", "large", "all"]
    assert tab("analyze family.yaml : sma") == ["small", "smart"]


@pytest.mark.parametrize(
    "line", ["analyze broken.yaml:", "analyze small.yaml:", "analyze nothing:", "analyze -:", "analyze nets:"]
)
def test_what_has_no_variants_offers_nothing_in_silence(line, tab, capfd):
    assert tab(line) == []
    assert capfd.readouterr() == ("", "")


def test_columns_and_levels(tab):
    assert tab("analyze lenet5 --sort mac") == ["macs", "macs_share", "macs_per_param"]
    assert tab("analyze lenet5 --columns path,out") == ["path,output"]
    assert len(tab("analyze lenet5 --columns path,")) == len(COLUMNS)
    assert tab("analyze lenet5 --level ") == ["layer", "block", "stage"]
    assert tab("analyze lenet5 --format la") == ["latex"]


def test_layer_paths_of_the_commands_that_ask_for_one(tab):
    convolutions = ["stage1/ConvRelu1/conv", "stage1/ConvRelu2/conv"]
    assert [path for path in tab("field vgg16 --at stage1/") if path.endswith("conv")] == convolutions
    assert [path for path in tab("rf vgg16 --at stage1/") if path.endswith("conv")] == convolutions
    assert [path for path in tab("explain vgg16 stage1/") if path.endswith("conv")] == convolutions
    assert tab("explain conv_") == ["conv_transpose"]


def test_layer_paths(tab, capfd):
    @click.command()
    @click.argument("spec", type=shared.SpecType())
    @click.argument("layer", type=shared.LayerPath())
    @shared.network_options
    def command(**options):
        """Stands for one that asks of a layer."""

    def ask(line):
        return tab(line, command)

    paths = [layer.path for layer in archlens.load("resnet18").analyze().layers]
    assert ask("resnet18 ") == paths
    assert ask("resnet18 stage2/Basic1/sh") == [path for path in paths if path.startswith("stage2/Basic1/sh")]
    assert ask("resnet:resnet18 he") == ["head"]
    assert ask("-p n=5 family.yaml c") == ["conv"]
    for target in ("broken.yaml", "nothing", "-", "resnet:all", "-p zzz=5 family.yaml"):
        assert ask(f"{target} ") == []
    assert capfd.readouterr() == ("", "")


def test_every_type_has_its_completer():
    assert {kind.name for kind in shared._Completed.__subclasses__()} == set(completion.COMPLETERS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_are_served(shell, process):
    source = process(env={"_ARCHLENS_COMPLETE": f"{shell}_source"})
    assert source.code == 0
    assert "archlens" in source.out
    asked = {"_ARCHLENS_COMPLETE": f"{shell}_complete", "COMP_WORDS": "archlens analyze resnet1", "COMP_CWORD": "2"}
    if shell == "fish":
        asked["COMP_CWORD"] = "resnet1"
    done = process(env=asked)
    assert "resnet101" in done.out
    assert done.err == ""


# ---- progress ----


class Terminal:
    """A stream that is a terminal, and what is on its last line."""

    def __init__(self, tty=True):
        self.text, self.tty = "", tty

    def isatty(self):
        return self.tty

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    @property
    def line(self):
        return self.text.rpartition("\r\x1b[2K")[2]


def test_nothing_is_shown_within_a_second():
    now, stream = [10.0], Terminal()
    progress = Progress(stream, lambda: now[0])
    now[0] = 10.99
    with progress.shown("compiling a"):
        assert stream.text == ""


def test_a_step_after_a_second_is_shown_and_then_cleared(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    now, stream = [10.0], Terminal()
    progress = Progress(stream, lambda: now[0])
    now[0] = 11
    with progress.shown("compiling a\n" + "b" * 40):
        assert stream.line == "compiling a bbbbbbbbbbbbbbbb…"
    assert stream.line == ""
    line = progress.shown("analysing")
    line.__enter__()
    assert stream.line == "analysing"
    with pytest.raises(ValueError, match="odd"):
        line.gen.throw(ValueError("odd"))
    assert stream.line == ""
    assert "\n" not in stream.text


@pytest.mark.parametrize(("tty", "term", "shown"), [(True, "xterm", True), (False, "xterm", False), (True, "dumb", False)])
def test_only_a_terminal_gets_it(tty, term, shown, monkeypatch):
    stream = Terminal(tty)
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("archlens.cli.progress.PATIENCE", -1)
    with shared.progress()("reading"):
        assert stream.line == ("reading" if shown else "")


def test_a_slow_run_names_its_steps_and_faults_stand_on_their_own_line(here, monkeypatch, capsys):
    from archlens.cli.analyze import _reports
    from archlens.cli.shared import Failures

    (here / "family.yaml").write_text(FAMILY)
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("archlens.cli.progress.PATIENCE", -1)
    options = {"params": (), "sizes": (), "batch": 1, "max_layers": 100}
    for _ in _reports(["family.yaml:all", "broken.yaml"], options, Failures()):
        assert stream.line == "" or "error" in stream.line or stream.line.endswith("\n")
    steps = ("reading family.yaml:all", "compiling family.yaml:all (smart, 2 of 3)", "reading broken.yaml")
    for step in (*steps, "analysing family.yaml:all (large, 3 of 3), 1 layer"):
        assert f"\r\x1b[2K{step}" in stream.text
    assert "\r\x1b[2Kbroken.yaml:6:5" in stream.text.replace("\x1b[1m", "").replace("\x1b[0m", "")
