"""Which rules there are, and which run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import archlens.rules
from archlens.errors import UsageError
from archlens.rules.catalogue import BUILT_IN, chosen_rules, selected
from archlens.rules.model import FOLDERS


def test_codes_and_names_are_in_order_and_each_has_its_file() -> None:
    codes, names = [rule.code for rule in BUILT_IN], [rule.name for rule in BUILT_IN]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"ARC[567]\d\d", code) for code in codes)
    assert len(set(names)) == len(names)
    files = {f"{path.parent.name}/{path.stem}" for path in Path(archlens.rules.__path__[0]).glob("*/*.py")}
    wanted = {f"{FOLDERS[rule.code[:4]]}/{rule.name.replace('-', '_')}" for rule in BUILT_IN}
    assert wanted == {file for file in files if not file.endswith("__init__")}


def test_selectors_choose_the_closer_name() -> None:
    default = [rule.code for rule in BUILT_IN if rule.on]
    assert [rule.code for rule in chosen_rules()] == default
    assert [rule.code for rule in chosen_rules(select=["all"])] == [rule.code for rule in BUILT_IN]
    assert [rule.code for rule in chosen_rules(ignore=["ARC5"])] == [code for code in default if not code.startswith("ARC5")]
    assert "ARC502" in [rule.code for rule in chosen_rules(select=["bias-before-norm"], ignore=["ARC5"])]
    assert chosen_rules(select=["ARC502"], ignore=["ARC502"]) == ()
    assert [rule.name for rule in selected("arc502")] == ["bias-before-norm"]


@pytest.mark.parametrize("wrong", ["ARC9", "bias-before-nrom", "", "nothing"])
def test_a_selector_of_nothing_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match=r"no rule is called"):
        chosen_rules(select=[wrong])
