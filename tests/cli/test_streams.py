"""In a process of its own: terminals, pipes, encodings, and what happens when nobody reads."""

import json
import os
import re
import select
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import ROOT
from tests.report.table import read_table

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")


@pytest.fixture
def terminal(here):
    """`terminal(80, "analyze", "small.yaml")`: what appears on a terminal of that width, and the exit status."""

    def command(width, *arguments, **env):
        outer, inner = pty.openpty()
        termios.tcsetwinsize(inner, (24, width))
        settings = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
        process = subprocess.Popen(
            [sys.executable, "-m", "archlens", *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=here,
            env={**settings, "PYTHONPATH": str(ROOT), "TERM": "xterm", **env},
        )
        os.close(inner)
        shown, patience = b"", time.monotonic() + 60
        while time.monotonic() < patience:
            if select.select([outer], [], [], 0.1)[0]:
                try:
                    shown += os.read(outer, 65536)
                except OSError:  # the other end is closed
                    break
            elif process.poll() is not None:
                break
        os.close(outer)
        return process.wait(10), shown.decode().replace("\r\n", "\n")

    return command


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_is_filled_and_coloured(width, terminal):
    code, shown = terminal(width, "analyze", "resnet18")
    assert code == 0
    assert "\x1b[36m" in shown, "blocks stand out"
    plain = ESCAPE.sub("", shown)
    assert max(map(len, plain.splitlines())) <= width
    assert read_table(plain).total["layer"] == "total"


def test_faults_are_coloured_too(terminal):
    code, shown = terminal(80, "analyze", "broken.yaml", "missed.yaml")
    assert code == 1
    assert "\x1b[31m\x1b[1merror[ARC101]" in shown
    assert "\x1b[31m\x1b[1m✗ params" in shown


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_turned_off(env, terminal):
    code, shown = terminal(80, "analyze", "lenet5", "broken.yaml", **env)
    assert code == 1
    assert "\x1b" not in shown


def test_an_empty_no_color_asks_for_nothing(terminal):
    assert "\x1b[" in terminal(80, "analyze", "lenet5", NO_COLOR="")[1]


def test_a_pipe_gets_plain_text(process):
    done = process("analyze", "small.yaml", "broken.yaml")
    assert (done.code, "\x1b" in done.out + done.err) == (1, False)
    assert "Small" in done.out
    assert "error" not in done.out
    assert "Small" not in done.err


def test_a_pipe_is_120_wide_unless_columns_says_otherwise(process):
    def widest(**env):
        return max(map(len, process("analyze", "resnet18", env=env).out.splitlines()))

    assert 100 < widest(COLUMNS="") <= 120
    assert 70 < widest(COLUMNS="80") <= 80


def test_json_alone_is_on_stdout(process):
    done = process(shell="archlens analyze small.yaml broken.yaml nothing.yaml --format json 2>/dev/null")
    assert done.code == 2
    assert [bool(one["totals"]) for one in json.loads(done.out)] == [True, False, False]


def test_a_reader_that_leaves_ends_it_quietly(process, here):
    (here / "long.yaml").write_text("archlens: 1\ninput: 8\nlayers:\n  - {relu: , repeat: 20000}\n")
    done = process(shell="set -o pipefail; archlens analyze long.yaml | head -n 1")
    assert (done.out, done.err) == ("long\n", "")
    assert done.code == 128 + 13, "as every tool ends that writes to a closed pipe"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_a_full_disk_is_no_traceback(process):
    done = process(shell="archlens analyze lenet5 > /dev/full")
    assert (done.code, done.err) == (2, "error: the output cannot be written: No space left on device\n")


def test_a_working_folder_that_is_gone(process):
    done = process(shell="mkdir gone; cd gone; rmdir ../gone; archlens check lenet5")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("error: the working folder is not there any more\n")


def test_no_stdout_at_all(process):
    assert process(shell="archlens analyze small.yaml >&-") == (0, "", "")


def test_a_pipe_gets_utf_8_whatever_the_locale(process):
    for env in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        assert "3×8×8 → 4×6×6" in process("analyze", "small.yaml", env=env).out


def test_signs_a_terminal_lacks_are_plain_and_as_wide(process):
    text = (
        process("analyze", "missed.yaml", env={"PYTHONIOENCODING": "latin-1"})
        .out.encode("utf-8", "surrogateescape")
        .decode("latin-1")
    )
    assert "3×8×8 > 4×6×6" in text
    assert "! params 112" in text
    assert read_table(text.replace("-----", "─────").replace("-", "─", text.count("-"))).total["params"] == "112"


def test_bars_are_plain_where_blocks_are_not_to_be_had(process):
    wanted = process("analyze", "resnet18", "--level", "stage").out
    text = process("analyze", "resnet18", "--level", "stage", env={"PYTHONIOENCODING": "latin-1"}).out
    assert "?" not in text
    assert [len(line) for line in text.splitlines()] == [len(line) for line in wanted.splitlines()]
    assert re.search(r"stage4 .* 71\.8 % #+", text)


@pytest.mark.parametrize(
    "command", [["analyze", "odd.yaml"], ["expand", "odd.yaml"], ["analyze", "odd.yaml", "--format", "markdown"]]
)
def test_no_name_can_steer_a_terminal(command, process, here):
    (here / "odd.yaml").write_bytes(
        b'archlens: 1\nname: "a\\u202eb\\u200b c"\ninput: 8\nlayers:\n  - {relu: , name: "x\\u2066y"}\n'
    )
    done = process(*command)
    assert not set(done.out + done.err) & {"\u202e", "\u2066"} or command[0] == "expand"
    assert "\x1b" not in done.out + done.err
    assert "Traceback" not in done.err


def test_python_m_archlens_names_itself(process):
    assert process("--version").out.startswith("archlens, version ")
    assert process("analyze", "--help").out.startswith("Usage: archlens analyze ")
