"""`archlens field` as a person calls it."""

import json

import pytest


def test_the_table_names_layer_unit_and_axes(run):
    done = run("field", "small.yaml", "--unit", "0,-1")
    assert (done.code, done.err) == (0, "")
    head, where, _, heading, _, height, width, *_ = done.out.splitlines()
    assert head == "Small"
    assert where == "unit 0,5 of relu, 4×6×6"
    assert heading.split() == ["axis", "pixels", "from", "to", "inside", "from", "to", "read", "strict"]
    assert height.split() == ["height", "3", "0", "2", "3", "0", "2", "100%", "3"]
    assert width.split() == ["width", "3", "5", "7", "3", "5", "7", "100%", "3"]


def test_json_holds_every_pixel(run):
    done = run("field", "small.yaml", "--at", "conv", "--unit", "1x2", "--format", "json")
    found = json.loads(done.out)
    assert found["path"] == "conv"
    assert [axis["read"] for axis in found["inputs"]["input"]] == [[1, 2, 3], [2, 3, 4]]


def test_padding_and_holes_are_drawn(run, here):
    (here / "holes.yaml").write_text("archlens: 1\ninput: 3x9x9\nlayers:\n  - conv: 4 3x3 same dilation=2\n", encoding="utf-8")
    strips = [line.split()[-1] for line in run("field", "holes.yaml", "--unit", "1,4").out.splitlines()[8:10]]
    assert strips == ["░·█·█·····", "··█·█·█··"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["small.yaml", "--at", "cov"], "small.yaml has no layer `cov`; did you mean `conv`?"),
        (["small.yaml", "--unit", "6,0"], "there is no unit 6 along an axis of 6; they are 0 to 5"),
        (["small.yaml", "--unit", "a"], "--unit a: write whole numbers separated by commas, e.g. 3,4"),
        (["resnet:all"], "resnet:all is 8 networks; name a variant"),
    ],
)
def test_what_cannot_be_met(run, arguments, message):
    done = run("field", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err


def test_a_faulty_spec_is_told_as_elsewhere(run):
    assert run("field", "broken.yaml").code == 1
