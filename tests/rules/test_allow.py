"""Which `allow:` lets a rule be broken: the nearest, wherever it stands."""

from __future__ import annotations

from tests.rules.judging import found_in

SPEC = """
archlens: 1
input: 8x16x16
blocks:
  Unit:
    - add:
        a:
          - conv: 8 3x3 same
            name: own
            allow: {bias-before-norm: the layer}
          - batch_norm
        b: [conv: 8 3x3 same, batch_norm]
      allow: {bias-before-norm: the fork}
    - conv: 8 3x3 same
    - batch_norm
layers:
  - Unit:
    name: one
    allow: {ARC502: the block}
  - Unit:
    name: two
  - conv: 8 3x3 same
  - batch_norm
allow:
  ARC502: {layers: two, reason: the glob}
  bias-before-norm: the network
"""


def test_the_nearest_counts() -> None:
    reasons = {}
    for one in found_in(SPEC.lstrip()):
        assert one.rule != "unused-allow", one
        for path in one.layers if one.rule == "bias-before-norm" else ():
            reasons[path] = one.allowed and one.allowed.reason
    assert reasons == {
        "one/a/own": "the layer",
        "one/b/conv": "the fork",
        "one/conv": "the block",
        "two/a/own": "the layer",
        "two/b/conv": "the fork",
        "two/conv": "the glob",
        "conv": "the network",
    }
