"""The exported file: it runs by itself, and is the built module in names, sizes, freezing and outputs."""

from __future__ import annotations

import os
import subprocess
import sys
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from torch import nn

import archlens
from archlens.cli import _group
from archlens.layers import layer_types
from archlens.network import Network
from archlens.pytorch.devices import example_inputs
from tests.fuzz.networks import random_spec
from tests.layers.running import quiet
from tests.pages import BLOCKS, Block, lay_out
from tests.pytorch.networks import nested_network
from tests.shipped import DIFFERENT, LARGE, NETWORKS

EXAMPLES = int(os.environ.get("ARCHLENS_EXAMPLES", "25"))
RECIPES = [block for block in BLOCKS if block.page == "docs/cookbook.md" and block.text.startswith("archlens: 1")]


def made(text: str, device: str) -> nn.Module:
    """The network's class of the file, the last one."""
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "model.py", "exec"), space)
    name = text[text.index('if __name__ == "__main__"') :].partition("model = ")[2].partition("(")[0]
    with torch.device(device):
        return space[name]()


@quiet
def assert_the_same(network: Network, most: float = LARGE) -> str:
    """The file's network is the built one; gives the file. most: multiply–accumulates; of more only sizes are compared."""
    text = network.export()
    assert "archlens." not in text.partition("\n")[2]
    large = network.analyze().totals.macs > most
    device = "meta" if large else "cpu"
    built, ours = network.build(device).eval(), made(text, device).eval()
    assert {key: tuple(value.shape) for key, value in ours.state_dict().items()} == {
        key: tuple(value.shape) for key, value in built.state_dict().items()
    }
    learns = {key: value.requires_grad for key, value in built.named_parameters()}
    assert {key: value.requires_grad for key, value in ours.named_parameters()} == learns
    if not large:
        ours.load_state_dict(built.state_dict(), strict=True)
    inputs = example_inputs(network.graph, torch.device(device), torch.float32)
    with torch.no_grad():
        theirs, mine = built(*[x.clone() for x in inputs]), ours(*[x.clone() for x in inputs])
    for one, other in zip(*[found if isinstance(found, tuple) else (found,) for found in (theirs, mine)], strict=True):
        assert one.shape == other.shape
        assert large or torch.equal(one, other) or torch.allclose(one, other, equal_nan=True, rtol=0, atol=0)
    return text


@pytest.mark.parametrize("target", DIFFERENT)
def test_shipped_networks(target: str) -> None:
    assert_the_same(archlens.load(target))


@pytest.mark.slow
@pytest.mark.parametrize("target", NETWORKS)
def test_shipped_networks_with_values(target: str) -> None:
    assert_the_same(archlens.load(target), most=inf)


@pytest.mark.parametrize("recipe", [pytest.param(block, id=f"{block.page}:{block.line}") for block in RECIPES])
def test_recipes(recipe: Block, tmp_path: Path) -> None:
    lay_out(recipe, tmp_path)
    file = tmp_path / "net.yaml"
    file.write_text(recipe.text, encoding="utf-8")
    assert_the_same(archlens.load(str(file)))


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_random_networks(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(random_spec(Random(seed), file), encoding="utf-8")
    assert_the_same(archlens.load(str(file)))


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_random_networks_of_blocks(seed: int, tmp_path: Path) -> None:
    assert_the_same(nested_network(Random(seed), tmp_path / "net.yaml"))


def test_files_are_formatted_and_of_a_persons_length(tmp_path: Path) -> None:
    lengths = {}
    for name in NETWORKS:
        text = archlens.load(name).export()
        lengths[name] = text.count("\n")
        (tmp_path / f"{name.replace(':', '_').replace('.', '_')}.py").write_text(text, encoding="utf-8")
    for command in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(tmp_path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout
    assert lengths["resnet152"] <= 150
    assert lengths["googlenet_2014"] <= 150
    assert lengths["vgg16"] <= 150


def test_the_file_runs_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    result = CliRunner().invoke(_group, ["export", "lenet5", "-o", str(file)])
    assert result.exit_code == 0, result.output
    done = subprocess.run([sys.executable, str(file)], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "61,706 parameters, output (1, 10)\n", done.stderr


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("", "is a folder; name a file in it"),
        ("new/", "is a folder; name a file in it"),
        ("no/such/model.py", "cannot be written"),
        ("mine.py", "add --force"),
    ],
)
def test_files_that_cannot_be_written(target: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("precious\n")
    before = sorted(tmp_path.iterdir())
    result = CliRunner().invoke(_group, ["export", "lenet5", "-o", f"{tmp_path}/{target}"])
    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "mine.py").read_text() == "precious\n"


@pytest.mark.parametrize(
    ("spec", "more", "code", "told"),
    [
        ("resnet:all", [], 2, "a file holds one; name a variant"),
        ("lenet5", ["--dtype", "float16"], 2, "`.to(torch.float16)`"),
        ("lenet5", ["--dtype", "int8"], 2, "PyTorch does not compute whole networks in int8"),
        ("[conv: 8 3x3 /x]", [], 1, "error[ARC121]: conv: stride must be a whole number"),
        ("[{conv: 8 1x1, name: training}]", [], 2, "error: `training` cannot be the name of a module in PyTorch"),
        ("[conv: 8 3x3, prelu]", [], 2, "error: prelu: prelu says no `torch_name`, so it cannot be built in PyTorch\n"),
    ],
)
def test_networks_that_no_file_holds(
    spec: str, more: list[str], code: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if spec.startswith("["):
        (tmp_path / "net.yaml").write_text(f"archlens: 1\ninput: 3x32x32\nlayers: {spec}\n", encoding="utf-8")
        spec = str(tmp_path / "net.yaml")
    monkeypatch.setattr(layer_types()["prelu"], "torch_name", "")  # as of a plug-in
    result = CliRunner().invoke(_group, ["export", spec, "-o", str(tmp_path / "model.py"), *more])
    assert result.exit_code == code
    assert told in result.stderr
    assert not (tmp_path / "model.py").exists()


@pytest.mark.parametrize(
    ("spec", "shown", "hidden"),
    [
        pytest.param(
            "blocks: {Thing(out): [conv: out 1x1, relu], Up(Thing): [Thing: Thing, relu]}\nlayers: [Up: 8, Up: 4]",
            ["self.Thing = Thing(in_channels, Thing_)"],
            [],
            id="a parameter does not hide a class",
        ),
        pytest.param(
            "inputs: {class: 3x8x8, id: 3x8x8}\nlayers: [add: [class, id], {conv: 4 1x1, name: if}]",
            ["forward(self, class_: Tensor, id_: Tensor)", 'self.add_module("if", nn.Conv2d', 'getattr(self, "if")(x)'],
            [],
            id="words of Python",
        ),
        pytest.param(
            "layers: [conv: 4 1x1, tokens, slice: 1 0 8, class_token, untokens: [3,3]]",
            ["x.flatten(2).transpose(1, 2)", "class ClassToken"],
            ["def "],
            id="no helper that nothing calls",
        ),
        pytest.param(
            "freeze: [step1]\nlayers: [{conv: 3 1x1, name: step, repeat: 4, weights: step1}, flatten, linear: 2]",
            ["for part in (self.step2, self.step3, self.step4):", "part.weight = self.step1.weight"],
            ["self.step2.requires_grad_", "def share"],
            id="what is shared is frozen once",
        ),
    ],
)
def test_what_a_person_would_have_written(spec: str, shown: list[str], hidden: list[str], tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    start = "" if spec.startswith("inputs") else "input: 3x8x8\n"
    file.write_text(f"archlens: 1\n{start}{spec}\n", encoding="utf-8")
    text = assert_the_same(archlens.load(str(file)))
    for part in shown:
        assert part in text
    top = text.partition("class Net(")[0]
    for part in hidden:
        assert f"\n{part}" not in top
        assert part == "def " or part not in text
