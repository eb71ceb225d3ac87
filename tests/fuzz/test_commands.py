"""Whatever network stands in a file, every command shows it, in every format.

The networks are whole: the shipped ones, the recipes of the docs, and random ones, of layers that fit by trying. 12 random
ones, or as many as ARCHLENS_EXAMPLES says.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

import archlens
from archlens.cli import _group
from archlens.report.figures import FIGURES
from tests.fuzz.networks import random_spec
from tests.pages import BLOCKS, Block, lay_out

EXAMPLES = int(os.environ.get("ARCHLENS_EXAMPLES", "12"))
RECIPES = [
    block
    for block in BLOCKS
    if block.page in ("docs/cookbook.md", "docs/spec.md") and block.language == "yaml" and block.text.startswith("archlens:")
]


def show(target: str, folder: Path, ends: int = 3) -> None:
    """Run every command on a network; none may raise, and each says something. folder: for what they write.

    ends: how many layers of each end are asked about one by one.
    """
    network = archlens.load(target)
    paths = [node.path for node in network.graph.nodes]
    chosen = paths if len(paths) <= 2 * ends else [*paths[:ends], *paths[-ends:]]
    commands = [["expand", target], ["memory", target], ["memory", target, "--format", "json"], ["explain", target]]
    commands += [["analyze", target, "--format", form] for form in ("table", "json", "markdown", "csv", "latex", "html")]
    commands += [["analyze", target, "--level", level, "--top", "3", "--sort", "macs"] for level in ("block", "stage")]
    commands += [["explain", target, "--format", form, "--", *chosen] for form in ("text", "markdown", "json")]
    commands += [
        ["report", target, "-o", "-"],
        ["diagram", target],
        ["check", target, "--select", "all"],
        ["diff", target, "lenet5"],
    ]
    commands += [["diagram", target, "--level", "layer", "--force", "-o", str(folder / f"d.{form}")] for form in ("svg", "mmd")]
    figures = ",".join(FIGURES)
    commands += [["compare", target, "--columns", figures, "--sort", "covers", "--format", form] for form in ("table", "json")]
    for command in commands:
        result = CliRunner().invoke(_group, command)
        assert not isinstance(result.exception, Exception), (command, result.exception, result.output)
        assert result.exit_code in (0, 1)  # 1: a missed expectation
        assert result.output.strip()
    drawing = ["--force", "-o", str(folder / "field.svg")]
    for path in chosen:
        for command in (["field"], ["rf"], *([["rf", *drawing]] if path in (chosen[0], chosen[-1]) else [])):
            result = CliRunner().invoke(_group, [*command, target, "--at", path])
            assert not isinstance(result.exception, Exception), (command, path, result.exception, result.output)
            assert result.exit_code in (0, 2)  # 2: a layer that sees no map


@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_random_networks(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = random_spec(Random(seed), file)
    file.write_text(text, encoding="utf-8")
    try:
        show(str(file), tmp_path)
        before = archlens.load(str(file))
        plain = tmp_path / "plain.yaml"
        plain.write_text(before.expand(), encoding="utf-8")
        after = archlens.load(str(plain))
        assert after.analyze().totals == before.analyze().totals
    except AssertionError as error:
        raise AssertionError(f"{text}\n{error}") from error


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(block, id=f"{block.page}:{block.line}", marks=[pytest.mark.slow] if turn % 2 else [])
        for turn, block in enumerate(RECIPES)
    ],
)
def test_recipes(recipe: Block, tmp_path: Path) -> None:
    lay_out(recipe, tmp_path)
    file = tmp_path / "net.yaml"
    file.write_text(recipe.text, encoding="utf-8")
    show(str(file), tmp_path, ends=1)


@pytest.mark.parametrize("name", ["lenet5_1998", "googlenet_2014_training", "unet", "vit_b16", "c3d", "m5"])
def test_shipped_networks(name: str, tmp_path: Path) -> None:
    show(name, tmp_path)
