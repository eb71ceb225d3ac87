"""Verify: what ships holds, what is wrong is found and named, and what cannot be run says why."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import torch
from click.testing import CliRunner

import archlens
from archlens.analysis.verification import Verification
from archlens.cli import _group
from archlens.layers import BatchNorm, Conv, Linear, MaxPool
from archlens.layers.keeping import Held
from archlens.pytorch import devices, verify
from tests.shipped import DIFFERENT, LARGE, NETWORKS, macs


def verified(*arguments: str) -> Any:
    return CliRunner().invoke(_group, ["verify", *arguments])


def facts(verification: Verification) -> dict[str, str]:
    return {fact.key: fact.verdict for fact in verification.facts}


def assert_it_holds(target: str, device: str) -> None:
    verification = archlens.load(target).verify(device)
    assert verification.ok, [fact for fact in verification.facts if fact.verdict == "differs"]
    unmeasured = {key for key, verdict in facts(verification).items() if verdict == "not measured"}
    without_maps = {"receptive_fields"} if target in ("mlp", "fc_200") else set()
    assert unmeasured == without_maps | ({"peak_activation_bytes"} if device == "meta" else set())


@pytest.mark.parametrize("target", DIFFERENT)
def test_what_ships_holds(target: str) -> None:
    """Of large networks the memory is left to test_memory_of_networks.py."""
    assert_it_holds(target, "meta" if macs(target) > LARGE else "cpu")


@pytest.mark.slow
@pytest.mark.parametrize("target", NETWORKS)
def test_what_ships_holds_with_values(target: str) -> None:
    assert_it_holds(target, "cpu")


def test_a_trace_is_an_analysis() -> None:
    network = archlens.load("lenet5")
    static, traced = network.analyze(), network.trace().analysis
    assert traced is not None
    assert traced.totals.params == static.totals.params
    assert traced.totals.peak_activation_bytes == static.totals.peak_activation_bytes
    assert [layer.output_shapes for layer in traced.layers] == [layer.output_shapes for layer in static.layers]
    assert traced.peak.layer == static.peak.layer


def test_whole_numbers_may_be_moved_before_they_are_looked_up(net) -> None:
    moved = "- concat:\n    a: [{roll: shifts=1 dims=1, from: ids}]\n    b: [{slice: 1 2 10, from: more}]\n- embedding: 5 8"
    assert net(moved, "{ids: 12, more: 12}").verify("cpu").ok


def test_a_linear_layer_adds_its_bias_in_place_whether_watched_or_not(net) -> None:
    """Tokens are a view, not contiguous: the room is that of the output, 16 values of 3 beside the map."""
    verification = net("- tokens\n- linear: 3", "6x4x4").verify("cpu")
    assert verification.ok
    assert verification.trace.layers[1].peak_bytes == 4 * (6 * 16 + 3 * 16)


@pytest.mark.parametrize("layer", ["roi_pool", "roi_align"])
def test_what_boxes_are_cut_from_learns(net, layer) -> None:
    """The gradient of a linear layer's input is counted, since it goes on to the map."""
    lines = f"- conv: 4 3x3\n- {layer}: 2x3\n  from: [prev, boxes]\n- flatten: start_dim=2\n- linear: 5"
    network = net(lines, "{image: 3x8x8, boxes: 6x4}")
    assert network.verify("cpu").ok
    assert network.verify("meta").ok
    assert network.analyze().training.backward_macs[-1] == 2 * 6 * 24 * 5


def test_attention_on_features_that_are_apart_is_an_estimate(net) -> None:
    """Tokens are a view, features not innermost: torch has no fused kernel, and holds the weights twice."""
    verification = net(
        "- tokens\n- scaled_dot_product_attention\n- reshape: [8, 12]\n- permute: [0, 2, 1]\n- instance_norm", "6x4x4"
    ).verify("cpu")
    assert verification.ok, verification.first_difference  # what comes out is contiguous
    assert facts(verification)["peak_activation_bytes"] == "estimated"


@pytest.mark.parametrize("after", ["instance_norm", "channel_shuffle: 2\n- reshape: -1"])
def test_the_heads_of_a_position_bias_lie_together(net, after) -> None:
    """So an instance norm copies it first, and shuffled channels are laid out anew."""
    verification = net(f"- relative_position_bias: 4 3\n- {after}").verify("cpu")
    assert verification.ok, verification.first_difference


LOCAL = "- locally_connected: {out_channels: 6, kernel_size: 2, stride: 3, dilation: 6}\n  as: a"


@pytest.mark.parametrize(
    "layers",
    [
        f"{LOCAL}\n- relu",  # position by position
        f"{LOCAL}\n- minimum: [prev, a]\n- max_pool: [2, 3]",  # what has one image is taken for channels last, and made so anew
        "- permute: [0, 3, 1, 2]\n- rms_norm",
        "- permute: [0, 3, 1, 2]\n- stack: [prev, prev]\n  dim: 2",
        "- slice: 2 1 9\n- tokens\n- relu",
        "- permute: [0, 2, 3, 1]\n- rms_norm: {elementwise_affine: false}",
        "- permute: [0, 3, 1, 2]\n- rms_norm: {elementwise_affine: false, channels_first: true}",
    ],
)
def test_the_order_of_axes_in_memory_is_followed(net, layers) -> None:
    """So `flatten` is a view, or a copy."""
    for batch in (1, 2):
        path = net(f"{layers}\n- flatten\n- linear: 2", "3x16x16").spec.source.name
        verification = archlens.load(path, batch=batch).verify("cpu")
        assert verification.ok, verification.first_difference


@pytest.mark.parametrize(
    "layers",
    [
        "- conv: 4 3x3\n- sigmoid\n- relu: inplace=true",  # the gradient of a sigmoid is of what it put out
        "- conv: 4 3x3\n- split: 2\n- relu: inplace=true",
    ],
)
def test_what_torch_runs_and_does_not_train_says_so(net, layers) -> None:
    verification = net(layers).verify("cpu")
    assert verification.ok
    assert facts(verification)["macs"] == "equal"
    (fact,) = [fact for fact in verification.facts if fact.key == "backward_macs"]
    assert fact.verdict == "not measured"
    assert "PyTorch does not train this network: " in fact.note
    assert "inplace" in fact.note


def test_what_fvcore_does_not_take_is_left_out(net) -> None:
    verification = net("- stack: [prev, prev]\n- stack: [prev, prev]\n- layer_norm").verify("cpu")
    assert verification.ok
    assert "[1, 2, 2, 3, 32, 32]" in verification.trace.notes[0]


# ---- what is wrong is found ----


@pytest.mark.parametrize(
    ("cls", "method", "wrong", "key", "layer"),
    [
        (Conv, "macs", lambda right: lambda self, x: right(self, x) + 1, "macs", "conv1"),
        (Conv, "backward_macs", lambda right: lambda self, *x, **how: right(self, *x, **how) + 1, "backward_macs", "conv1"),
        (BatchNorm, "parameter_shapes", lambda right: lambda self, x: {"weight": (x[1],)}, "parameter_names", "batch_norm"),
        (BatchNorm, "buffer_shapes", lambda right: lambda self, x: {}, "buffer_names", "batch_norm"),
        (MaxPool, "scratch", lambda right: lambda self, *x: Held(), "peak_activation_bytes", "max_pool"),
        (Linear, "output_shapes", lambda right: lambda self, x: ((*x[:-1], self.out_features + 1),), "output_sizes", "linear"),
    ],
)
def test_a_wrong_rule_is_found_where_it_is_first_used(net, monkeypatch, cls, method, wrong, key, layer) -> None:
    monkeypatch.setattr(cls, method, wrong(getattr(cls, method)))
    network = net("- conv: 4 3x3\n  name: conv1\n- batch_norm\n- max_pool: 2\n- conv: 8 3x3\n- global_avg_pool\n- linear: 7")
    verification = network.verify("cpu")
    assert not verification.ok
    assert facts(verification)[key] == "differs"
    assert next(gap.path for fact in verification.facts if fact.key == key for gap in fact.differences) == layer


def test_a_difference_exits_1_at_the_line_of_the_layer(net, monkeypatch) -> None:
    right = Conv.macs
    monkeypatch.setattr(Conv, "macs", lambda self, x: right(self, x) + 1)
    path = net("- relu\n- conv: 4 3x3").spec.source.name
    result = verified(path)
    assert result.exit_code == 1
    assert f"{path}:5:5: error[ARC401]: conv: MACs forward: 97,201 computed, 97,200 measured" in result.stderr
    assert "✗ differs" in result.stdout
    report = json.loads(verified(path, "--format", "json").stdout)
    assert report["ok"] is False
    (fact,) = [fact for fact in report["facts"] if fact["key"] == "macs"]
    assert fact["differences"] == 2 * [{"path": "conv", "computed": 97201, "measured": 97200}]


@pytest.mark.parametrize("wrong", [{"in_channels": 7}, {"padding_mode": "mirror"}, {"groups": 2}])
def test_what_torch_refuses_exits_1_at_the_line_of_the_layer(net, monkeypatch, wrong) -> None:
    """When it runs, or when it is built."""
    arguments = {"in_channels": 3, "out_channels": 4, "kernel_size": 3, **wrong}
    monkeypatch.setattr(Conv, "torch_kwargs", lambda self, x: arguments)
    result = verified(net("- relu\n- conv: 4 3x3").spec.source.name)
    assert result.exit_code == 1
    assert "error[ARC402]: conv: archlens takes it and PyTorch does not" in result.stderr


# ---- what cannot be run ----


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--device", "cuda"], "no CUDA device: "),
        (["--device", "tpu"], "no device is called `tpu`; there are auto, cpu, cuda, meta"),
        (["--dtype", "int8"], "PyTorch does not compute whole networks in int8; choose float64, float32, bfloat16, float16"),
    ],
)
def test_what_there_is_not(monkeypatch, arguments, told) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = verified("lenet5", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ("3x8x8", "alexnet.yaml:27:15: error[ARC201]: max_pool: a window of 3 does not fit the input of 1"),
        ("3x0x8", "input must be at least 1, not 0"),
        ("image=3x8x8", "alexnet.yaml has no input `image`; known here: input"),
    ],
)
@pytest.mark.parametrize("command", ["verify", "export"])
def test_a_size_that_does_not_fit_cannot_be_run(command, size, told) -> None:
    result = CliRunner().invoke(_group, [command, "alexnet", "--input", size])
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("command", ["verify", "export"])
def test_a_spec_that_does_not_fit_itself_exits_1(tmp_path, command) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("archlens: 1\ninput: 3x2x2\nlayers: [conv: 4 3x3]\n", encoding="utf-8")
    result = CliRunner().invoke(_group, [command, str(path)])
    assert result.exit_code == 1
    assert "error[ARC201]" in result.stderr


def test_without_torch_there_is_one_line(monkeypatch) -> None:
    for name in [name for name in sys.modules if name.startswith("archlens.pytorch")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    result = verified("lenet5")
    assert result.exit_code == 2
    assert "this needs PyTorch" in result.stderr
    assert "pip install 'archlens[torch]'" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("[enforce fail] can't allocate memory")]
)
def test_no_room_says_what_was_needed(monkeypatch, error) -> None:
    def full(*arguments: Any, **named: Any) -> None:
        raise error

    monkeypatch.setattr("archlens.pytorch.trace.record", full)
    monkeypatch.setattr(devices, "available_bytes", lambda device: 2**30)
    result = verified("vgg16", "--device", "cpu")
    assert result.exit_code == 2
    assert (
        "out of memory on cpu: weights and activations take 0.5 GiB, and 1.0 GiB are free; choose --device meta" in result.stderr
    )


def test_too_large_to_run_goes_to_meta_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(verify, "available_bytes", lambda device: 10_000_000)
    result = verified("alexnet")
    assert result.exit_code == 0
    assert "on meta" in result.stdout
    assert "too large to run on cpu: 0.2 GiB of 0.0 GiB free" in result.stdout
    assert "– not measured" in result.stdout


def test_dtypes_and_batches() -> None:
    for dtype in ("float64", "bfloat16"):
        assert archlens.load("lenet5", dtype=dtype, batch=3).verify("cpu").ok


def test_formats() -> None:
    table = verified("lenet5", "mlp", "--layers")
    assert table.exit_code == 0, table.output
    assert "MACs backward" in table.stdout
    assert "live bytes" in table.stdout
    markdown = verified("lenet5", "--format", "markdown", "--layers").stdout
    assert "| params" in markdown
    assert markdown.startswith("## LeNet-5")
    both = json.loads(verified("lenet5", "mlp", "--format", "json").stdout)
    assert [one["ok"] for one in both] == [True, True]
    assert {layer["path"] for layer in both[0]["layers"]} == {layer.path for layer in archlens.load("lenet5").analyze().layers}
