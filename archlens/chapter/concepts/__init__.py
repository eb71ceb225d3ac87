"""The chapter's comparisons, one a file: `SECTION`, `TEACHES`, `FORMULA` and `tables()`, computed when asked."""

from __future__ import annotations

from importlib import import_module

from archlens.analysis.lesson import Lesson
from archlens.errors import UsageError, did_you_mean

__all__ = ["CONCEPTS", "concept"]

CONCEPTS = {
    "locality": "Fully connected, locally connected, convolution",
    "image_size": "What grows with the image",
    "dimensions": "One, two and three dimensions",
    "output_size": "The size of the output",
    "same_padding": "Padding: same and valid",
    "backward": "The cost of the backward pass",
    "channels_and_maps": "Filters, channels and maps",
    "bottleneck": "1×1 convolutions and the bottleneck",
    "separable": "Depthwise separable convolutions",
    "dilation": "Dilated convolutions and their holes",
    "pooling": "Pooling or a stride",
    "stacks": "Stacks of 3×3 against 5×5 and 7×7",
    "receptive_field": "Ways to a receptive field of 100 pixels",
    "head": "Flatten or global average pooling",
    "batch_norm": "Batch normalization: parameters, statistics, idle biases",
    "depth": "Depth, counted three ways",
    "same_name": "One name, several networks",
    "inception": "Inception with and without reduction",
    "shortcuts": "Residual shortcuts and their projections",
    "freezing": "Freezing and thawing a pretrained network",
    "patches": "Images as patches and tokens",
}
"""By name, what each compares; in the order of the chapter."""


def concept(name: str) -> Lesson:
    """A comparison, computed. Raises UsageError for a name there is none of."""
    if name not in CONCEPTS:
        raise UsageError(f"no concept is called `{name}`; {did_you_mean(name, CONCEPTS) or '`archlens concepts` lists them'}")
    module = import_module(f"archlens.chapter.concepts.{name}")
    return Lesson(name, CONCEPTS[name], module.SECTION, module.TEACHES, module.FORMULA, module.tables())
