"""The rules that are on by default find nothing in the shipped networks but what their specs allow, with the reason."""

from __future__ import annotations

from collections import Counter

import pytest

import archlens
from archlens.network import family
from archlens.rules.catalogue import chosen_rules
from archlens.rules.run import run_rules
from tests.rules.judging import whole_text


@pytest.mark.parametrize("name", sorted(archlens.shipped()))
def test_a_shipped_network_is_clean(name: str) -> None:
    networks = family(name)
    found = [one for network in networks for one in run_rules(network.graph, network.analyze(), chosen_rules())]
    assert [f"{one.diagnostic.code} {whole_text(one)}" for one in found if not one.allowed and one.rule != "unused-allow"] == []
    unused = Counter([one.diagnostic.span for one in found if one.rule == "unused-allow"])
    assert [span for span, count in unused.items() if count == len(networks)] == []
