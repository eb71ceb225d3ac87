"""Counting policies against the tools they are named for: shipped networks, and random layers of every type."""

from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given

from archlens.analysis.facts import POLICIES
from archlens.analysis.policies.recount import policy_named, recount
from archlens.analysis.policies.rules import NOWHERE
from archlens.errors import LayerError
from tests.analysis.peers import TOOLS, one_layer
from tests.layers.cases import BUILT_IN, CASES, examples, outcome

torch.set_num_threads(1)


@pytest.mark.parametrize("policy", POLICIES[1:])
def test_every_type_is_decided(policy):
    assert sorted(policy_named(policy).rules) == BUILT_IN


@pytest.mark.parametrize("type_name", BUILT_IN)
@pytest.mark.parametrize("policy", TOOLS)
def test_layers(policy, type_name):
    if (policy, type_name) == ("fvcore", "roi_align"):
        pytest.skip("archlens's own is an einsum; a person calls torchvision's operator, which is not known")

    @examples(3 if type_name in NOWHERE.split() else 20)
    @given(CASES[type_name])
    def check(case):
        found = outcome(case, type_name)
        if isinstance(found, LayerError) or refused_by_torch(case, type_name):
            return
        shapes = tuple((1, *shape[1:]) for shape in case.shapes) if policy_named(policy).single else case.shapes
        graph = one_layer(found[0], shapes)
        ours = recount(graph, policy)
        assert ours.total == TOOLS[policy](graph)
        assert sum(one.amount for one in ours.differences) == ours.total - ours.macs

    check()


def refused_by_torch(case, type_name):
    """Statistics of a batch of one value, which torch does not take."""
    single = prod(case.shapes[0]) == case.shapes[0][1] if case.shapes else False
    return type_name == "batch_norm" and single and case.arguments.get("track_running_stats") is False
