"""A watch over files: what changes is checked again, and nothing is told twice."""

import os

import pytest

from archlens.cli import watch as command
from archlens.errors import ArchlensError
from archlens.gate import watch as module
from archlens.gate.settings import settings_of
from archlens.gate.watch import watched

GOOD = "archlens: 1\ninput: 3x8x8\nlayers:\n  - conv: 4 3x3 bias=false\n"
BAD = GOOD.replace("conv", "con")


class Ended(Exception):
    """The watch is over."""


@pytest.fixture
def watch(here, monkeypatch):
    """`watch(targets, *steps)`: what is told at first and after each step, and which files were checked then."""
    looked = []
    looks = module.looks

    def counting(targets, *others):
        looked.append([target.name for target in targets])
        return looks(targets, *others)

    monkeypatch.setattr(module, "looks", counting)

    def told(targets, *steps):
        waiting = iter(steps)
        heard = [[]]
        ages = iter(range(1, 1000))

        def sleep(seconds):
            assert seconds >= module.POLL
            step = next(waiting, None)
            if step is None:
                raise Ended
            step()
            age()
            heard.append([])

        def age():
            """Written long ago, and no two at once."""
            for path in here.rglob("*.*"):
                if path.stat().st_mtime_ns > 10**18:
                    os.utime(path, ns=(0, next(ages)))

        age()

        try:
            for one in watched(targets, lambda: settings_of({}), sleep):
                heard[-1].append(str(one) if isinstance(one, ArchlensError) else one.summary)
        except Ended:
            return heard, looked

    return told


def test_what_changes_is_checked_again(watch, write, here):
    write("base.yaml", GOOD)
    write("a.yaml", GOOD)
    write("b.yaml", "archlens: 1\nextends: base.yaml\n")
    heard, looked = watch(
        ["."],
        lambda: None,
        lambda: write("a.yaml", BAD),
        lambda: write("a.yaml", GOOD),
        lambda: write("base.yaml", BAD + "# longer\n"),
        lambda: write("base.yaml", GOOD),
        lambda: write("c.yaml", BAD),
        lambda: (here / "c.yaml").unlink(),
        lambda: write("a.yaml", GOOD + "\n"),  # another text, the same findings
    )
    fine, fault = "3 files, 3 networks: no findings", "3 files: 1 error"
    assert heard == [[fine], [], [fault], [fine], [fault], [fine], ["4 files: 1 error"], [fine], []]
    changes = [set(one) for one in looked if one]
    assert changes[0] == {"a.yaml", "b.yaml", "base.yaml"}
    assert {"a.yaml"} in changes
    assert {"base.yaml", "b.yaml"} in changes
    assert {"c.yaml"} in changes


def test_configuration_baseline_and_what_is_impossible(watch, write, here):
    write("a.yaml", GOOD.replace(" bias=false", "") + "  - batch_norm\n")
    heard, _ = watch(
        ["a.yaml"],
        lambda: write("archlens.toml", 'ignore = ["ARC5", "ARC6"]\n'),
        lambda: write("archlens.toml", "ignor = []\n"),
        lambda: None,
        lambda: write("archlens.toml", 'baseline = "b.json"\nselect = ["ARC502"]\n'),
        lambda: write(
            "b.json",
            '{"archlens_baseline": 1, "findings": [{"file": "a.yaml", "code": "ARC502", "text": "conv", '
            '"layer": "conv", "message": ""}]}',
        ),
        lambda: (here / "a.yaml").unlink(),
    )
    assert heard[0] == ["1 file: 1 warning"]
    assert heard[1] == ["1 file, 1 network: no findings"]
    assert "there is no setting `ignor`" in heard[2][0]
    assert heard[3] == []
    assert "the baseline b.json cannot be read" in heard[4][0]
    assert heard[5] == ["1 file, 1 network: no findings; 1 in the baseline"]
    assert heard[6] == ["0 files: 1 error; 1 could not be checked"]


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1), (b"archlens: 1\n\xff", 2)])
def test_ctrl_c_ends_it_with_the_last_code(text, code, write, monkeypatch, capsys):
    write("a.yaml", text)

    def interrupted(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(command.time, "sleep", interrupted)
    told = []
    assert command.keep_watching(("a.yaml",), lambda: settings_of({}), told.append) == code
    assert len(told) == 1
    assert "\033" not in capsys.readouterr().out  # which is no terminal
