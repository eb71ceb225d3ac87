"""Networks whose reports these tests read."""

from pathlib import Path

import pytest

import archlens

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OWN = {path.stem: f"tests/report/networks/{path.name}" for path in sorted((HERE / "networks").glob("*.yaml"))}


@pytest.fixture(autouse=True)
def _at_the_root(monkeypatch):
    """Reports name the spec by its path from here."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session")
def analysis_of():
    """`analysis_of(name)`: a shipped network, or one of networks/."""
    known = {}

    def of(name):
        if name not in known:
            known[name] = archlens.load(OWN.get(name, name)).analyze()
        return known[name]

    return of
