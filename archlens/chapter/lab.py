"""The chapter's claims that need a run in PyTorch, by name; each is measured by its file in `pytorch/lab/`."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from archlens.analysis.lesson import Finding, Measurement, Table
from archlens.errors import UsageError, did_you_mean

__all__ = ["EXPERIMENTS", "RECORD", "Record", "experiment", "recorded"]

RECORD = Path(__file__).with_name("lab.json")
"""Written by `scripts/record-lab`."""

EXPERIMENTS: dict[str, str] = {
    "equivariance": "A shifted image: does the map shift with it?",
    "invariance": "A shifted image: does the output stay as it is?",
    "shuffled_pixels": "Shuffled pixels: does the network notice?",
    "output_sizes": "The formula of the output size: is it right?",
    "chapter_code": "The chapter's code: does it compute what PyTorch computes?",
    "cross_correlation": "The kernel of a convolution: is it flipped, and does it matter?",
    "conv_gradients": "The backward pass of a convolution: is it a convolution?",
    "pointwise": "Channels: are they summed, and is a 1×1 convolution a layer per pixel?",
    "pooling_shifts": "A shifted map: what does pooling leave unchanged?",
    "receptive_field": "Stacked and dilated kernels: which pixels does a unit see?",
    "effective_field": "Deep stacks: how much of its field does a unit use?",
    "max_pool_gradient": "Max pooling: which cells get the gradient?",
    "average_pool_gradient": "Average pooling: is the gradient split evenly?",
    "softmax": "Softmax: are its values probabilities?",
    "vertical_flip": "A vertical flip: does it turn a 6 into a 9?",
    "batch_norm": "Batch norm: over which axes, and what is left of a bias before it?",
    "degradation": "Deeper plain nets: do they train worse, and do their gradients vanish?",
    "gradient_norm": "A hundred layers: do gradients vanish?",
    "residual_identity": "A residual block that learns nothing: is it the identity?",
    "frozen_batch_norm": "A frozen backbone: does it stay as it is?",
    "attention_reach": "Attention: is it global from layer one?",
}
"""By name, what each asks; in the order of the chapter."""


def experiment(name: str, seed: int = 0) -> Finding:
    """A claim, measured. Raises UsageError for a name there is none of, and without PyTorch."""
    if name not in EXPERIMENTS:
        near = did_you_mean(name, EXPERIMENTS) or "`archlens lab` lists them"
        raise UsageError(f"no experiment is called `{name}`; {near}")
    module = import_module(f"archlens.pytorch.lab.{name}")
    measured = module.measure(seed)
    return Finding(name, EXPERIMENTS[name], module.SECTION, module.CLAIM, measured, module.CORRECTION, module.SOURCE, seed)


class Record(NamedTuple):
    """A run of every experiment that was kept, for where there is no PyTorch. pytorch: the version it ran with."""

    pytorch: str
    findings: tuple[Finding, ...]


def recorded() -> Record:
    """Verdicts are the same in every run; the last digits of what is measured are those of one machine."""
    kept = json.loads(RECORD.read_text(encoding="utf-8"))
    return Record(kept["pytorch"], tuple(map(_finding, kept["findings"])))


def _finding(kept: dict[str, Any]) -> Finding:
    """From what `archlens lab --format json` says."""
    tables = [
        Table(table["caption"], tuple(table["rows"][0]), tuple([tuple(row.values()) for row in table["rows"]]))
        for table in kept["tables"]
    ]
    measured = Measurement(tuple(tables), kept["verdict"], kept["because"])
    words = {name: kept[name] for name in ("name", "title", "section", "claim", "correction", "source", "seed")}
    return Finding(measured=measured, **words)
