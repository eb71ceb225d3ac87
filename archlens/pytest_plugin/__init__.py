"""The pytest plugin: specs as tests where `--archlens` is given, and a fixture for budgets in Python.

Every run of pytest imports this where archlens is installed, so it holds hooks and nothing else; what they need is imported when
it is used. There is no assert in it (PYTEST_DONT_REWRITE says so to pytest).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from archlens.network import Network

__all__ = ["archlens_budget", "pytest_addoption", "pytest_collect_file", "pytest_configure"]

_ENDINGS = (".yaml", ".yml")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--archlens`, and `archlens = true` in a configuration file of pytest."""
    help = "collect network specs (YAML) and check each as `archlens check` does"
    parser.getgroup("archlens").addoption("--archlens", action="store_true", help=help)
    parser.addini("archlens", help, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """The mark that every spec has (`-m archlens` runs these only); where specs are collected, the configuration of archlens."""
    config.addinivalue_line("markers", "archlens: a network spec, collected by --archlens")
    if _is_on(config):
        from archlens.pytest_plugin.specs import prepare

        prepare(config)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A spec: any YAML file that is named, and those in folders that are specs."""
    if file_path.suffix not in _ENDINGS or not _is_on(parent.config):
        return None
    from archlens.pytest_plugin.specs import spec_file

    return spec_file(file_path, parent)


def _is_on(config: pytest.Config) -> bool:
    return bool(config.getoption("archlens") or config.getini("archlens"))


@pytest.fixture
def archlens_budget(pytestconfig: pytest.Config) -> Callable[..., None]:
    """Hold a network to budgets: archlens_budget("specs/net.yaml", params="<= 30M", macs="< 4.1G").

    The network is a path, from where pytest has its root or from here, a shipped name, with `:variant` or `:all`, or loaded. A
    budget is a figure of `archlens compare` and its limit: "<= 30M", ">= 1G and < 4.1G", 25_557_032, output="1000".
    """

    def budget(network: str | Path | Network, /, **budgets: Any) -> None:
        __tracebackhide__ = True
        from archlens.errors import SpecError, UsageError
        from archlens.network import Network, load_all
        from archlens.pytest_plugin.budgets import hold, told

        try:
            if isinstance(network, str | Path):
                found = load_all(_sought(str(network), pytestconfig))
            elif isinstance(network, Network):
                found = [network]
            else:
                raise UsageError(f"{network!r} is no network; give a path, a shipped name, or what `archlens.load` gives")
            held = [(analysis, hold(analysis, budgets)) for analysis in [one.analyze() for one in found]]
        except (SpecError, UsageError) as error:
            problem = str(error)  # told below, where no chain of exceptions stands around it
        else:
            missed = [told(analysis, outcomes) for analysis, outcomes in held if any(one.gap for one in outcomes)]
            problem = "\n\n".join(missed)
        if problem:
            pytest.fail(problem)

    return budget


def _sought(target: str, config: pytest.Config) -> str:
    """A target as `load` takes it; a relative path is sought from the root of the tests first, wherever they are started."""
    for path in (target, target.rpartition(":")[0]):
        if path.endswith(_ENDINGS) and (config.rootpath / path).is_file():
            return os.path.relpath(config.rootpath / path) + target.removeprefix(path)
    return target
