"""`verify --policy`: what another tool counts, held against the tool where it is installed, and why not where it is not."""

from __future__ import annotations

import json
import sys
from importlib import metadata

import pytest
import torch
from click.testing import CliRunner

import archlens
from archlens.analysis.policies import thop
from archlens.analysis.policies.rules import macs
from archlens.cli import _group
from tests.layers.vision import torchvision

torchvision()  # ptflops would import one built for another torch, and fail

NET = "- conv: 4 3x3\n- batch_norm\n- tokens\n- multihead_attention: 2\n- mean: 1\n- linear: 3"


def verified(*arguments: str):
    return CliRunner().invoke(_group, ["verify", *arguments])


def count_of(policy, network, device="cpu"):
    verification = network.verify(device, policy)
    (fact,) = [fact for fact in verification.facts if fact.key == f"{policy}_count"]
    assert verification.ok == (fact.verdict != "differs")
    return fact


@pytest.mark.parametrize("policy", ["fvcore", "ptflops", "thop"])
def test_the_tool_is_asked(policy, net) -> None:
    network = net(NET)
    fact = count_of(policy, network)
    assert fact.verdict == "equal"
    assert fact.measured == {policy: network.analyze(policy).recount.total}
    assert ("batch_norm" in fact.note) == (policy != "fvcore")  # whose differences stand with the MACs


def test_darknet_is_no_program_for_torch(net) -> None:
    network = net(NET)
    fact = count_of("darknet", network)
    assert (fact.verdict, fact.computed) == ("not measured", network.analyze("darknet").recount.total)
    assert fact.note.startswith("darknet does not read networks of PyTorch; ")


@pytest.mark.parametrize("policy", ["fvcore", "thop"])
def test_on_meta_nobody_counts(policy, net) -> None:
    fact = count_of(policy, net(NET), "meta")
    assert fact.verdict == "not measured"
    assert fact.note.startswith(f"{policy} needs values, so it cannot count on meta")
    assert "batch_norm" in fact.note


def test_a_tool_that_is_not_there(net, monkeypatch) -> None:
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert count_of("thop", net(NET)).note.startswith("thop is not installed; pip install thop==0.1.1.post2209072238; ")


def test_a_tool_of_another_version(net, monkeypatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "0.7.4")
    assert count_of("ptflops", net(NET)).note.startswith("ptflops 0.7.4 is installed, and the policy follows 0.7.5; ")


def test_a_tool_that_does_not_start(net, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "thop", None)
    assert count_of("thop", net(NET)).note.startswith("thop cannot be imported: import of thop halted")


@pytest.mark.parametrize("policy", ["ptflops", "thop"])  # one prints and gives nothing, the other raises
def test_a_tool_that_fails(policy, net, monkeypatch) -> None:
    monkeypatch.setattr("archlens.pytorch.peers.example_inputs", lambda *arguments: [torch.zeros(1, 2, 9, 9)])
    note = count_of(policy, net(NET)).note
    assert note.startswith(f"{policy} fails on this network: ")
    assert "takes input 3×32×32, got 2×9×9" in note


def test_a_count_that_is_wrong_is_told_and_exits_1(net, monkeypatch) -> None:
    monkeypatch.setitem(thop.POLICY.rules, "batch_norm", macs)
    result = verified(net("- conv: 4 3x3\n- batch_norm").spec.source.name, "--policy", "thop")
    assert result.exit_code == 1
    assert "error[ARC401]: count of thop: 97,200 computed, 111,600 measured" in result.stderr
    assert "✗ differs" in result.stdout


def test_it_is_in_json_and_not_without_being_asked_for() -> None:
    keys = {policy: facts_of("lenet5", "--policy", policy) for policy in ("archlens", "fvcore")}
    assert "fvcore_count" in keys["fvcore"]
    assert {*keys["fvcore"]} - {*keys["archlens"]} == {"fvcore_count"}
    assert keys["fvcore"]["fvcore_count"]["measured"] == {"fvcore": 416520}
    assert [fact.key for fact in archlens.load("lenet5").verify("cpu", "archlens").facts] == [*keys["archlens"]]


def facts_of(*arguments: str):
    result = verified(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return {fact["key"]: fact for fact in json.loads(result.stdout)["facts"]}


def test_what_a_tool_does_not_count_is_refused_before_anything_runs() -> None:
    result = verified("lenet5", "--policy", "ptflops", "--batch", "2")
    assert result.exit_code == 2
    assert "ptflops counts one sample, and the batch is 2" in result.stderr
    with pytest.raises(archlens.errors.UsageError, match="no policy is called `fvcor`; did you mean `fvcore`"):
        archlens.load("lenet5").verify("cpu", "fvcor")
