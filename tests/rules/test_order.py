"""What rules about the order of layers say of values, against torch."""

from __future__ import annotations

import re

import torch
from torch import nn

from tests.rules.judging import found_in, whole_text

torch.set_num_threads(1)


def test_dropout_makes_a_norm_store_a_larger_variance() -> None:
    """By the factor told where values have mean 0, by more where they have not; through a relu too."""
    torch.manual_seed(0)
    for p in (0.1, 0.25, 0.5, 0.8):
        for through in ("", "  - relu\n"):
            text = f"archlens: 1\ninput: 4x100\nlayers:\n  - dropout: {p}\n{through}  - batch_norm\n"
            (found,) = [whole_text(one) for one in found_in(text) if one.rule == "dropout-before-norm"]
            told = float(re.findall(r"at least ([\d.]+) times", found)[0])
            middle = nn.ReLU() if through else nn.Identity()
            for mean in (0.0, 3.0):
                x = torch.randn(2000, 4, 100, dtype=torch.double) + mean
                norm = nn.BatchNorm1d(4, momentum=None).double().train()
                norm(middle(nn.functional.dropout(x, p)))
                ratio = (norm.running_var / middle(x).var((0, 2))).mean().item()
                assert ratio > told * 0.98
                if mean == 0 and not through:
                    assert abs(ratio - told) < 0.02 * told
