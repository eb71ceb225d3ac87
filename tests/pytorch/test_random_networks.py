"""Random networks under verify: every figure is that of a run, or accounted for.

10 networks of each kind, or as many as ARCHLENS_EXAMPLES says: layers of any type in a row, and blocks in blocks.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

import archlens
from archlens.network import Network
from tests.fuzz.networks import random_spec
from tests.pytorch.networks import nested_network

EXAMPLES = int(os.environ.get("ARCHLENS_EXAMPLES", "10"))


def flat_network(random: Random, file: Path) -> Network:
    file.write_text(random_spec(random, file), encoding="utf-8")
    return archlens.load(str(file))


@pytest.mark.parametrize("made", [flat_network, nested_network])
@pytest.mark.parametrize("seed", range(EXAMPLES))
def test_every_figure_is_that_of_a_run(made, seed: int, tmp_path: Path) -> None:
    """A layer that torch refuses fails too, as an error ARC402."""
    network = made(Random(seed), tmp_path / "net.yaml")
    if len(network.graph.shapes) > 2000 or network.analyze().totals.activations > 10**8:
        pytest.skip("as large as that it takes minutes")
    verification = network.verify("cpu")
    wrong = [
        (fact.key, fact.computed, fact.measured, fact.differences) for fact in verification.facts if fact.verdict == "differs"
    ]
    assert verification.ok, f"{wrong}\n{(tmp_path / 'net.yaml').read_text(encoding='utf-8')}"
