"""All rules on any network: none raises, all say the same again, and what they say is about layers and places that there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import archlens
from archlens.errors import Span, render
from archlens.network import Network
from archlens.rules.catalogue import BUILT_IN
from archlens.rules.run import run_rules
from archlens.rules.subject import Subject
from archlens.testing import whole_text
from tests.fuzz.networks import random_spec
from tests.rules.judging import CASES


def fits(span: Span) -> bool:
    """Whether a span is a stretch of its text."""
    line = span.source.text.split("\n")[span.line - 1]
    return 1 <= span.column < span.end <= len(line) + 1


def check(network: Network) -> Counter[str]:
    """What holds of all findings; how often each rule has some."""
    graph, analysis = network.graph, network.analyze()
    paths = {node.path for node in graph.nodes}
    seen: Counter[str] = Counter()
    for target in (None, "int8"):
        found = run_rules(graph, analysis, BUILT_IN, target)
        assert found == run_rules(graph, analysis, BUILT_IN, target)
        for one in found:
            said = one.diagnostic
            assert set(one.layers) <= paths
            assert said.code in [rule.code for rule in BUILT_IN if rule.name == one.rule]
            assert said.help, whole_text(one)
            assert all(fits(span) for span in (said.span, *(label.span for label in said.related)) if span), whole_text(one)
            text = render(said)
            assert not any(word in text for word in ("None", " nan", "inf%", "  ×")), text
            seen[one.rule] += 1
    return seen


def case_texts() -> Iterator[tuple[Path, str]]:
    for path in sorted(CASES.glob("*.yaml")):
        for text in path.read_text(encoding="utf-8").split("---\n"):
            yield path, text


def test_on_random_networks(tmp_path: Path) -> None:
    seen: Counter[str] = Counter()
    for seed in range(24):
        seen += check(archlens.load_text(random_spec(Random(seed), tmp_path / "spec.yaml"), "spec.yaml"))
    assert seen.total() > 24, seen


def test_on_the_cases_of_all_rules() -> None:
    seen: Counter[str] = Counter()
    for path, text in case_texts():
        seen += check(archlens.load_text(text, path.name))
    assert {*seen} == {rule.name for rule in BUILT_IN}


def test_on_shipped_networks() -> None:
    for name in (
        "ssd300",
        "faster_rcnn_vgg16",
        "googlenet_2014_training",
        "lenet5_1998",
        "m5",
        "c3d",
        "vit_b16",
        "unet",
        "densenet121",
    ):
        check(archlens.load(name))


def test_without_the_types_that_it_names_a_rule_finds_nothing() -> None:
    """So nothing is lost by not running it."""
    named = [rule for rule in BUILT_IN if rule.types]
    for path, text in case_texts():
        network = archlens.load_text(text, path.name)
        subject = Subject(network.graph, network.analyze())
        types = {node.layer.type_name for node in network.graph.nodes}
        assert [rule.name for rule in named if types.isdisjoint(rule.types) and list(rule.check(subject))] == []
