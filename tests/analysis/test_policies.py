"""Counting policies against the tools they are named for: shipped networks, and random layers of every type."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given

from archlens.analysis.facts import POLICIES
from archlens.analysis.policies.recount import policy_named, recount
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
        pytest.skip("")

    @examples(40)
    @given(CASES[type_name])
    def check(case):
        found = outcome(case, type_name)
        if isinstance(found, LayerError):
            return
        shapes = tuple((1, *shape[1:]) for shape in case.shapes) if policy_named(policy).single else case.shapes
        graph = one_layer(found[0], shapes)
        ours = recount(graph, policy)
        assert ours.total == TOOLS[policy](graph)
        assert sum(one.amount for one in ours.differences) == ours.total - ours.macs

    check()
