"""`expect:`: what is met and what is missed."""

from __future__ import annotations

import pytest

from tests.graph.spelling import analysis, layers

NET = layers(
    """
    - conv: 8 3x3 same
      name: stem
      as: features
    - max_pool: 2x2
    - conv: 16 3x3 same
    - flatten
    - linear: 10
    """,
    "input: 3x32x32",
)
PARAMS = 224 + 1168 + 16 * 256 * 10 + 10  # 42,362
MACS = 3 * 8 * 9 * 1024 + 8 * 16 * 9 * 256 + 16 * 256 * 10  # 557,056

MET = [
    f"params: {PARAMS}",
    "params: 42_362",
    "params: 42k",
    "params: 42.36k",
    "params: {max: 42362}",
    "params: {min: 42362}",
    "params: {min: 40k, max: 43k}",
    f"macs: {MACS}",
    "macs: 0.557M",
    "flops: {min: 1M}",
    "depth: 3",
    "weight_layers: 3",
    "buffers: 0",
    "trainable_params: 42362",
    "parameter_bytes: 169448",
    "parameter_bytes: 169kB",
    "parameter_bytes: 165KiB",
    "activations: {max: 30k}",
    "peak_memory: {max: 1MB}",
    "receptive_field: 8",
    "receptive_field: 8x8",
    "receptive_field: [8, 8]",
    "receptive_field: {min: 8, max: 8}",
    "output: 10",
    "output: [10]",
    "output: {output: 10}",
    "tensors: {features: 8x32x32, stem: 8x32x32, conv: [16, 16, 16]}",
    "tensors: {input: 3x32x32}",
    "",
]
MISSED = {
    "params: 42361": ("ARC301", "42,362"),
    "params: 42363": ("ARC301", "42,362"),
    "params: 42.37k": ("ARC301", "42,362"),
    "params: {max: 42361}": ("ARC303", "42,362"),
    "params: {max: 42k}": ("ARC303", "362"),
    "params: {min: 43k}": ("ARC303", "638"),
    "receptive_field: 9": ("ARC301", "8×8"),
    "receptive_field: 8x9": ("ARC301", "8×9"),
    "receptive_field: {max: 7}": ("ARC303", "8×8"),
    "output: 10x1": ("ARC301", "10×1"),
    "output: {logits: 10}": ("ARC302", "logits"),
    "tensors: {features: 8x16x16}": ("ARC301", "8×32×32"),
    "tensors: {featuers: 8x32x32}": ("ARC302", "featuers"),
}


@pytest.mark.parametrize("expect", MET)
def test_met(expect: str) -> None:
    found = analysis(f"{NET}expect: {{{expect}}}\n")
    assert [o.diagnostic.message for o in found.expectations if o.diagnostic] == []
    assert found.ok


@pytest.mark.parametrize("expect", MISSED)
def test_missed(expect: str) -> None:
    code, words = MISSED[expect]
    found = analysis(f"{NET}expect: {{{expect}}}\n")
    (outcome,) = found.expectations
    assert not found.ok
    assert outcome.diagnostic is not None
    assert outcome.diagnostic.code == code
    assert words in outcome.diagnostic.message
    assert outcome.diagnostic.span is not None
    assert outcome.diagnostic.span.line == 11
    assert outcome.diagnostic.help


def test_every_line_is_checked() -> None:
    found = analysis(f"{NET}expect:\n  params: 1\n  output: 10\n  macs: 1\n  tensors: {{stem: 1, conv: 16x16x16}}\n")
    assert [(o.key, o.ok) for o in found.expectations] == [
        ("params", False),
        ("output", True),
        ("macs", False),
        ("tensors.stem", False),
        ("tensors.conv", True),
    ]
