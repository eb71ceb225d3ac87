"""The chapter's claims that need a run in PyTorch, by name; each is measured by its file in `pytorch/lab/`."""

from __future__ import annotations

from importlib import import_module

from archlens.analysis.lesson import Finding
from archlens.errors import UsageError, did_you_mean

__all__ = ["EXPERIMENTS", "experiment"]

EXPERIMENTS: dict[str, str] = {}
"""By name, what each asks; in the order of the chapter."""


def experiment(name: str, seed: int = 0) -> Finding:
    """A claim, measured. Raises UsageError for a name there is none of, and without PyTorch."""
    if name not in EXPERIMENTS:
        near = did_you_mean(name, EXPERIMENTS) or "`archlens lab` lists them"
        raise UsageError(f"no experiment is called `{name}`; {near}")
    module = import_module(f"archlens.pytorch.lab.{name}")
    measured = module.measure(seed)
    return Finding(name, EXPERIMENTS[name], module.SECTION, module.CLAIM, measured, module.CORRECTION, module.SOURCE, seed)
