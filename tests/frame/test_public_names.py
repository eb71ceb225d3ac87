"""`archlens.__all__` against reality."""

from __future__ import annotations

import importlib
import tomllib

import pytest

import archlens
from tests.frame.source import ROOT

MOST = 12  # a person should be able to hold the whole face in mind


def test_the_face_is_small_and_sorted() -> None:
    assert 0 < len(archlens.__all__) <= MOST
    assert list(archlens.__all__) == sorted(set(archlens.__all__))


@pytest.mark.parametrize("name", archlens.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(importlib.import_module("archlens"), name)
    if name.startswith("__"):
        return
    assert thing.__doc__, f"archlens.{name} has no docstring"
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    assert any(f"archlens.{name}" in page.read_text(encoding="utf-8") for page in pages), f"no page names archlens.{name}"


def test_nothing_else_looks_public() -> None:
    for name in archlens.__all__:
        getattr(archlens, name)
    ours = {name for name, thing in vars(archlens).items() if getattr(thing, "__module__", "").startswith("archlens")}
    assert {name for name in ours if not name.startswith("_")} <= set(archlens.__all__)
    assert set(archlens.__all__) <= set(dir(archlens))


def test_the_version_is_told_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert getattr(archlens, "__version__", project["version"]) == project["version"]
