"""Cards, claims and errata: nothing of the chapter is left out, every figure is right, every reference leads somewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from string import Formatter

import pytest

import archlens
from archlens.chapter.cards import SECTIONS, answered, cards
from archlens.chapter.claims import CLAIMS, PLACES
from archlens.chapter.concepts import CONCEPTS
from archlens.chapter.errata import ERRATA, corrected
from archlens.chapter.evidence import KINDS
from archlens.chapter.lab import EXPERIMENTS
from tests.chapter.card_figures import FIGURES
from tests.frame.source import ROOT
from tests.frame.test_lightness import HEAVY

QUESTIONS = Path(__file__).with_name("questions.txt").read_text(encoding="utf-8").splitlines()
TEXTS = {one.name: one for one in (*cards(), *ERRATA)}
THERE = {"concept": set(CONCEPTS), "lab": set(EXPERIMENTS), "card": {card.name for card in cards()}}
CALCULATION = re.compile(r"([\d(⌊][\d,.·×+−/²()⌊⌋ ]*) = ([\d,]+)")
PYTHON = str.maketrans({"·": "*", "×": "*", "−": "-", "⌊": "int(", "⌋": ")", ",": None})


def put_in(text):
    """The text of a card or an erratum with its figures."""
    return answered(text).answer if text.name in THERE["card"] else corrected(text).right


def names_in(text):
    """Those of figures, each once."""
    template = text.answer if text.name in THERE["card"] else text.right
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_the_cards_are_the_questions_of_the_chapter_in_order() -> None:
    assert [card.question for card in cards() if not card.added] == QUESTIONS
    assert len({card.question for card in cards()}) == len(cards()) == len(THERE["card"])
    assert [card.section for card in cards()] == sorted([card.section for card in cards()])
    assert {card.section for card in cards()} == set(SECTIONS)


@pytest.mark.parametrize("name", TEXTS)
def test_every_figure_stands_in_its_text(name: str) -> None:
    text = TEXTS[name]
    assert names_in(text) == {one.name for one in text.evidence}
    assert len({one.name for one in text.evidence}) == len(text.evidence)
    assert not set("{}") & set(put_in(text))


@pytest.mark.parametrize("name", TEXTS)
def test_figures(name: str) -> None:
    known = {one.name: one for one in TEXTS[name].evidence}
    for figure, expected, because in [row for text, *row in FIGURES if text == name]:
        value = known[figure].value()
        assert value == (pytest.approx(expected, rel=1e-12) if isinstance(expected, float) else expected), (figure, because)


def test_all_figures_are_checked() -> None:
    checked = [(name, figure) for name, figure, _, _ in FIGURES]
    assert len(set(checked)) == len(checked)
    assert {(name, one.name) for name, text in TEXTS.items() for one in text.evidence} == set(checked)


@pytest.mark.parametrize("name", TEXTS)
def test_calculations_in_the_text_come_out(name: str) -> None:
    for formula, result in CALCULATION.findall(put_in(TEXTS[name])):
        value = eval(formula.translate(PYTHON).replace("²", "**2"), {"__builtins__": {"int": int}})
        assert value == int(result.replace(",", "")), formula


def test_most_cards_calculate() -> None:
    assert sum([len(CALCULATION.findall(put_in(text))) for text in TEXTS.values()]) >= 30


def test_nothing_is_computed_until_asked() -> None:
    program = """
import json, sys
from archlens.chapter.cards import cards, figures
from archlens.chapter.claims import CLAIMS
from archlens.chapter.errata import ERRATA
assert len(cards()) and len(CLAIMS) and len(ERRATA)
analysed = figures.shipped.cache_info().misses + figures.made.cache_info().misses
print(json.dumps([analysed, sorted({name.split(".")[0] for name in sys.modules})]))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    analysed, loaded = json.loads(done.stdout)
    assert analysed == 0
    assert not set(loaded) & HEAVY


def test_claims_are_numbered_and_placed() -> None:
    assert [claim.number for claim in CLAIMS] == list(range(1, 91))
    assert {claim.section for claim in CLAIMS} == set(PLACES)
    assert len({claim.text for claim in CLAIMS}) == len(CLAIMS)


def test_errata_are_numbered_and_each_is_of_a_claim() -> None:
    assert [erratum.name for erratum in ERRATA] == [f"E{number}" for number in range(1, 28)]
    of = {name: [claim for claim in CLAIMS if name in claim.errata] for claim in CLAIMS for name in claim.errata}
    assert set(of) == {erratum.name for erratum in ERRATA}
    for erratum in ERRATA:
        assert erratum.section in {claim.section for claim in of[erratum.name]}, erratum.name


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.number)
def test_only_small_things_are_to_be_said_of_what_is_right(claim) -> None:
    severities = {erratum.severity for erratum in ERRATA if erratum.name in claim.errata}
    if claim.verdict == "right":
        assert severities <= {"low"}
    else:
        assert severities


def test_wrong_answers_are_of_high_severity() -> None:
    for erratum in ERRATA:
        if erratum.severity == "high":
            assert "wrong" in {claim.verdict for claim in CLAIMS if erratum.name in claim.errata}, erratum.name


@pytest.mark.parametrize("kind", KINDS)
def test_references_lead_somewhere(kind: str) -> None:
    there = THERE.get(kind) or set(archlens.shipped())
    shown_by = {
        f"{type(one).__name__} {one[0]}": [name for what, _, name in [ref.partition(":") for ref in one.shown_by] if what == kind]
        for one in (*cards(), *ERRATA, *CLAIMS)
    }
    assert {one: lost for one, names in shown_by.items() if (lost := [name for name in names if name not in there])} == {}


def test_everything_is_shown_somewhere_else() -> None:
    for one in (*cards(), *ERRATA, *CLAIMS):
        assert one.shown_by
        assert len(set(one.shown_by)) == len(one.shown_by)
        assert all(ref.partition(":")[0] in KINDS for ref in one.shown_by)
        assert f"card:{one[0]}" not in one.shown_by


def test_every_comparison_and_experiment_shows_a_claim() -> None:
    shown = {ref for claim in CLAIMS for ref in claim.shown_by}
    assert {f"concept:{name}" for name in CONCEPTS} | {f"lab:{name}" for name in EXPERIMENTS} <= shown
