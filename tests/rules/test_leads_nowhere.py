"""Layers that lead nowhere and branches that are the same, on random networks, against gradients and values of torch."""

from __future__ import annotations

import re
from random import Random

import torch

import archlens
from tests.rules.judging import found_in, spec, whole_text

torch.set_num_threads(1)


def _random(random: Random) -> str:
    """Layers of few kinds on earlier tensors; some share weights."""
    lines, owners = [], []
    names = ["input"]
    for number in range(random.randint(4, 12)):
        kind = random.choice(("linear", "linear", "tanh", "softsign", "identity", "add", "multiply"))
        name = f"t{number}"
        source = random.choice(names[-4:])
        if kind in ("add", "multiply"):
            lines.append(f"{{{kind}: [{source}, {random.choice(names[-4:])}], as: {name}}}")
        elif kind == "linear":
            shared = random.choice(owners) if owners and random.random() < 0.3 else ""
            lines.append(f"{{linear: 4, from: {source}, as: {name}, name: {name}{f', weights: {shared}' if shared else ''}}}")
            owners += [] if shared else [name]
        else:
            lines.append(f"{{{kind}: , from: {source}, as: {name}}}")
        names.append(name)
    outputs = random.sample(names[1:], random.choice((1, 1, 2)))
    return spec("4", lines) + f"outputs: [{', '.join(outputs)}]\n"


def test_what_leads_nowhere_gets_no_gradient_and_what_is_the_same_is_equal() -> None:
    random = Random(2)
    torch.manual_seed(0)
    idle = same = 0
    for _ in range(150):
        text = _random(random)
        network = archlens.load_text(text)
        found = found_in(text)
        module = network.build().double()
        tensors = {network.graph.inputs["input"]: torch.randn(1, 4, dtype=torch.double)}
        for step in module.steps:
            tensors[step.outputs[0]] = step.module(*[tensors[number] for number in step.inputs])
        total = sum([tensors[number].sum() for number in network.graph.outputs.values()])
        if total.requires_grad:
            total.backward()
        lost = sum(parameter.numel() for parameter in module.parameters() if parameter.grad is None)
        told = [re.search(r"([\d,]+) parameters never learn", whole_text(one)) for one in found if one.rule == "unused-layer"]
        assert sum(int(one[1].replace(",", "")) for one in told if one) == lost, text
        idle += lost > 0
        joins = [node for node in network.graph.nodes if node.layer.joins]
        equal = {node.path for node in joins if torch.equal(*[tensors[number] for number in node.inputs])}
        assert equal == {path for one in found if one.rule == "same-twice" for path in one.layers}, text
        same += len(equal)
    assert idle > 20
    assert same > 20
