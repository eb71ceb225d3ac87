"""Whole networks run layer by layer: the bytes alive while each layer runs, and at the peak, are those that the analysis says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import archlens
from archlens.graph.model import Graph, Node
from archlens.network import Network
from archlens.pytorch.build import BuiltNetwork, build
from archlens.pytorch.storages import Live
from tests.pages import BLOCKS, Block
from tests.shipped import DIFFERENT, HEAVY, NETWORKS, macs, smaller

torch.set_num_threads(1)

# Statistics of every channel; attention without a fused kernel; boxes without values, so that no grid is cut by itself.
OTHER_ON_META = ("batch_norm", "multihead_attention", "roi_pool")
# On meta a convolution puts out channels first, also where what it reads has them last.
COPIED_ON_META = {"ssd300": ("map1/locations/reshape", "map1/confidences/reshape")}
RECIPES = [
    block
    for block in BLOCKS
    if block.page == "docs/cookbook.md" and block.language == "yaml" and block.text.startswith("archlens: 1")
]


def built(graph: Graph, device: str) -> BuiltNetwork:
    """With zeros for parameters: to draw them takes longer than to run."""
    network = build(graph, "meta")
    if device != "meta":
        network.to_empty(device=device)
        for value in network.state_dict().values():
            value.zero_()
    return network.eval()


def inputs_of(graph: Graph, device: str) -> dict[int, torch.Tensor]:
    whole = {node.inputs[at] for node in graph.nodes for at in node.layer.integer_inputs}
    kinds = {tensor: torch.int64 if tensor in whole else torch.float32 for tensor in graph.inputs.values()}
    return {tensor: torch.zeros(graph.shapes[tensor], dtype=kind, device=device) for tensor, kind in kinds.items()}


def measured(graph: Graph, device: str = "cpu") -> list[int]:
    """For each layer the most bytes of storages alive while it runs; parameters and buffers do not count."""
    network, held = built(graph, device), inputs_of(graph, device)
    peaks: list[int] = []

    def begin(*_: Any) -> None:
        live.restart()

    def end(*_: Any) -> None:
        peaks.append(live.peak)

    for step in network.steps:
        step.module.register_forward_pre_hook(begin)
        step.module.register_forward_hook(end)
    with torch.no_grad(), Live(held.values(), network.state_dict(keep_vars=True).values()) as live:
        network.run(held)
    return peaks


def is_exact(node: Node) -> bool:
    return not node.layer.room_is_estimated(*node.input_shapes)


def assert_measured(network: Network, device: str = "cpu", exact: Callable[[Node], bool] = is_exact) -> None:
    """To the byte, for the layers that are exact."""
    graph, analysis = network.graph, network.analyze()
    peaks = measured(graph, device)
    told = [i for i, node in enumerate(graph.nodes) if exact(node)]
    said = {graph.nodes[i].path: analysis.layers[i].live_bytes for i in told}
    assert {graph.nodes[i].path: peaks[i] for i in told} == said
    if len(told) == len(peaks):
        inputs = sum(value.nbytes for value in inputs_of(graph, "meta").values())
        assert max(inputs, *peaks) == analysis.totals.peak_activation_bytes


@pytest.mark.parametrize("name", DIFFERENT)
def test_shipped_networks(name: str) -> None:
    assert_measured(smaller(name) if macs(name) > HEAVY else archlens.load(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_shipped_networks_whole(name: str) -> None:
    assert_measured(archlens.load(name))


@pytest.mark.parametrize("name", ["alexnet", "googlenet_2014", "lenet5", "m5", "mobilenet_v1", "resnet18", "vit_b32"])
def test_batches(name: str) -> None:
    assert_measured(archlens.load(name, batch=3))


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, id=f"line {block.line}", marks=[pytest.mark.slow] if turn % 3 else [])
        for turn, block in enumerate(RECIPES)
    ],
)
def test_recipes(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(block.text, encoding="utf-8")
    fewer = {"boxes": "3x4"} if "boxes:" in block.text else None
    for batch in (1, 2):
        assert_measured(archlens.load(str(path), batch=batch, input=fewer))


@pytest.mark.parametrize("name", DIFFERENT)
def test_on_the_meta_device(name: str) -> None:
    """No values, the same bytes, but where its kernels are not the CPU's."""

    def is_alike(node: Node) -> bool:
        return node.layer.type_name not in OTHER_ON_META and node.path not in COPIED_ON_META.get(name, ())

    assert_measured(archlens.load(name, batch=2), "meta", is_alike)
