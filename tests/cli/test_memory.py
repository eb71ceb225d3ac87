"""`archlens memory`: what it shows, for people and for tools."""

import json

import pytest

SPEC = """archlens: 1
name: Small
input: 3x8x8
freeze: [conv]
layers: [{conv: 4 3x3 same}, batch_norm, {relu: inplace=true}, {dropout: 0.5}, global_avg_pool, {linear: 10}]
expect: {params: 170, peak_memory: 2048}
"""
PARAMS, TRAINED = 4 * 27 + 4 + 8 + 50, 8 + 50
SAVED = 4 * 64 + 2 * 4 + 4 * 64 + 4 * 64 + 4  # conv's output, statistics, relu's output, dropout's mask, the vector


@pytest.fixture
def spec(here):
    (here / "net.yaml").write_text(SPEC)
    return "net.yaml"


@pytest.mark.parametrize(("dtype", "each"), [("float32", 4), ("float16", 2), ("float64", 8)])
def test_json(dtype, each, spec, run):
    found = json.loads(run("memory", spec, "--format", "json", "--dtype", dtype).out)
    assert found["parameter_bytes"] == each * PARAMS
    assert found["buffer_bytes"] == each * 8 + 8
    assert found["activation_bytes"] == each * (4 * 256 + 4 + 10)
    assert found["peak"]["bytes"] == each * 512
    assert found["peak"]["layer"] == "batch_norm"
    assert [one["bytes"] for one in found["peak"]["alive"]] == [each * 256] * 2
    training = found["training"]
    assert training["gradient_bytes"] == each * TRAINED
    assert training["saved_activation_bytes"] == each * SAVED
    for name, times in (("sgd", 0), ("momentum", 1), ("adam", 2)):
        one = training["optimizers"][name]
        assert one["state_bytes"] == times * each * TRAINED
        assert one["total_bytes"] == each * (PARAMS + 8 + TRAINED + times * TRAINED + SAVED) + 8


def test_no_training_in_whole_numbers(spec, run):
    assert json.loads(run("memory", spec, "--format", "json", "--dtype", "int8").out)["training"] is None
    assert "no estimate for training" in run("memory", spec, "--dtype", "int8").out


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits(width, spec, run, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("memory", spec, "--batch", "3").out.splitlines()
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert "training with adam, an estimate" in text
    assert f"2 × {TRAINED} trainable params × 4 B" in text
    assert "3×4×8×8" in text


def test_markdown(spec, run):
    text = run("memory", spec, "--format", "markdown", "--optimizer", "sgd").out
    assert "training with sgd, an estimate" in text
    assert "| **in all**" in text


def test_figures_in_bytes_are_for_float32(spec, run):
    assert "not checked" not in run("analyze", spec).out
    text = run("analyze", spec, "--dtype", "float16").out
    assert "expected parameter_bytes and peak_memory are not checked: they are for float32" in " ".join(text.split())
    assert "as float16" in text


def test_columns(spec, run):
    text = run("analyze", spec, "--format", "csv", "--columns", "path,parameter_bytes,activation_bytes,live_bytes").out
    assert text.splitlines()[1:3] == ["Small,conv,448,1024,1792,archlens", "Small,batch_norm,32,1024,2048,archlens"]


def test_an_unknown_dtype(spec, run):
    assert run("memory", spec, "--dtype", "float31").code == 2
