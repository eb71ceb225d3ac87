"""What rules about the order of layers say of values, against torch."""

from __future__ import annotations

import re
from random import Random

import pytest
import torch
from torch import nn
from torch.nn import functional

import archlens
from archlens.layers import layer_types
from archlens.pytorch.build import build_layer
from archlens.rules.waste.no_op import does_nothing
from archlens.rules.waste.repeated_layer import leaves_alone
from tests.rules import judging
from tests.rules.judging import spec

torch.set_num_threads(1)


def test_dropout_makes_a_norm_store_a_larger_variance() -> None:
    """By the factor told where values have mean 0, by more where they have not; through a relu too."""
    torch.manual_seed(0)
    for p in (0.1, 0.5, 0.8):
        for through in ([], ["relu"]):
            (found,) = judging.told(spec("4x100", [f"dropout: {p}", *through, "batch_norm"]), "dropout-before-norm")
            told = float(re.findall(r"at least ([\d.]+) times", found)[0])
            middle = nn.ReLU() if through else nn.Identity()
            for mean in (0.0, 3.0):
                x = torch.randn(1000, 4, 100, dtype=torch.double) + mean
                norm = nn.BatchNorm1d(4, momentum=None).double().train()
                norm(middle(functional.dropout(x, p)))
                assert norm.running_var is not None
                ratio = (norm.running_var / middle(x).var((0, 2))).mean().item()
                assert ratio > told * 0.98
                if mean == 0 and not through:
                    assert abs(ratio - told) < 0.03 * told


def test_an_activation_after_another() -> None:
    """Of every two in a row: those told to change nothing give what they get, and all others change something; those told to
    leave a range stay in it and come near its ends."""
    torch.manual_seed(0)
    alone = ("hardshrink", "threshold", "identity")  # of activations not told: they leave what they have put out themselves
    names = sorted(name for name, kind in layer_types().items() if kind.family == "activation" and name != "glu")
    written = {"threshold": "threshold: 0.5 0.2", "hardtanh": "hardtanh: -0.5 0.5"}
    idle, squashed = set(), set()
    x = torch.cat([torch.randn(300, 10) * scale for scale in (0.3, 2, 30)])
    loudest = torch.eye(10) * 2e3 - 1e3
    x = torch.cat([x, loudest, -loudest, torch.full((1, 10), 30.0), torch.full((1, 10), -30.0)])
    lines = [written.get(name, name) for name in names]
    layers = [node.layer for node in archlens.load_text(spec("10", lines)).graph.nodes]
    modules = [build_layer(layer, (1, 10)).eval() for layer in layers]
    for first, before in zip(lines, modules, strict=True):
        for second, name, after in zip(lines, names, modules, strict=True):
            told = " ".join(judging.told(spec("10", [first, second]), "repeated-layer"))
            with torch.no_grad():
                once = before(x)
                twice = after(once)
            if "does not change" in told or "it changes nothing" in told:
                idle.add((first, second))
                assert torch.allclose(once, twice, atol=1e-6), (first, second)
            elif name not in alone and first != "identity":
                assert not torch.allclose(once, twice, atol=1e-6), (first, second)
            if found := re.search(r"between (\S+) and (\S+) only", told):
                squashed.add((first, second))
                low, high = float(found[1]), float(found[2])
                assert low - 0.006 <= twice.min() <= low + 0.03, (first, second)
                assert high - 0.03 <= twice.max() <= high + 0.006, (first, second)
            if found := re.search(r"none comes above (\S+?)(,|$| )", told):
                squashed.add((first, second))
                assert twice.max() <= float(found[1]) + 0.006, (first, second)
                if second != "softmin" or not first.startswith("soft"):  # a softmax adds up to 1, so not all others can be large
                    assert twice.max() >= float(found[1]) - 0.03, (first, second)
            least, most = leaves_alone(archlens.load_text(spec("10", [second])).graph.nodes[0])
            inside = x.clamp(max(least, -1e3), min(most, 1e3))
            assert torch.equal(after(inside), inside) or (least, most) == (0, 0), second
    assert len(idle) > 40
    assert len(squashed) > 30


def test_a_layer_that_does_nothing() -> None:
    """Random arguments of layers that move or pool values: told are those that torch gives back as they were, and no other."""
    random = Random(1)
    torch.manual_seed(0)
    choices = {
        "max_pool": lambda: f"{random.choice((1, 1, 2))} /{random.choice((1, 1, 2))}",
        "avg_pool": lambda: f"{random.choice(('1', '1x1', '2x1'))} stride={random.choice((1, 1, 2))}",
        "pad": lambda: random.choice(("0", "1", "[[0,0],[0,1]]", "[[1,-1],[0,0]]", "0 mode=reflect")),
        "crop": lambda: random.choice(("4", "4x6", "3x6", "4x2")),
        "slice": lambda: f"{random.choice((1, 2))} {random.choice((0, 0, 1))}",
        "chunk": lambda: f"{random.choice((1, 2))} dim={random.choice((1, 2))}",
        "split": lambda: f"{random.choice((2, 4, 8))} dim={random.choice((1, 2))}",
        "roll": lambda: f"{random.choice((0, 1, 4, -6))} dims={random.choice((1, 2, 3))}",
        "permute": lambda: random.choice(("[0, 1, 2, 3]", "[0, 2, 1, 3]", "[0, -3, -2, -1]", "[0, 1, 3, 2]")),
        "channel_shuffle": lambda: random.choice("124"),
        "pixel_shuffle": lambda: random.choice("12"),
        "pixel_unshuffle": lambda: random.choice("12"),
        "reshape": lambda: random.choice(("4x4x6", "4x6x4", "-1x4x6", "2x8x6", "24x4")),
        "flatten": lambda: random.choice(("1", "3", "2 2", "1 1", "2")),
        "upsample": lambda: f"{random.choice((1, 1.2, 2))} mode={random.choice(('nearest', 'bilinear', 'bicubic'))}",
        "dropout": lambda: random.choice(("0", "0.5")),
        "leaky_relu": lambda: random.choice(("1", "0.5", "0")),
        "hardshrink": lambda: random.choice(("0", "0.5")),
        "softshrink": lambda: random.choice(("0", "0.5")),
        "lp_pool": lambda: "2 1 /1",
    }
    seen = {True: 0, False: 0}
    for kind, write in choices.items():
        for size in ("4x4x6", "4x1x6"):
            for line in sorted({f"{kind}: {write()}" for _ in range(25)}):
                try:
                    (node,) = archlens.load_text(spec(size, [line])).graph.nodes
                except archlens.SpecError:
                    continue
                x = torch.randn(node.input_shapes[0])
                module = build_layer(node.layer, x.shape).train()
                out = module(x)
                outs = [out] if isinstance(out, torch.Tensor) else out
                same = len(outs) == 1 and outs[0].shape == x.shape and torch.equal(outs[0], x)
                assert does_nothing(node) == same, (size, line)
                seen[same] += 1
    assert min(seen.values()) > 30


@pytest.mark.parametrize(
    ("size", "line", "refused"),
    [
        ("8x1x1", "batch_norm", True),
        ("8x2x1", "batch_norm", False),
        ("8x1x1", "batch_norm: track_running_stats=false", True),
        ("8", "batch_norm: track_running_stats=false", True),
        ("8x1x1", "instance_norm: track_running_stats=true", True),
        ("8x1x2", "instance_norm: track_running_stats=true", False),
        ("8x1", "instance_norm: track_running_stats=true", True),
        ("8x1x1x1", "batch_norm", True),
    ],
)
def test_torch_refuses_to_train_a_norm_over_one_value(size: str, line: str, refused: bool) -> None:
    told = judging.told(spec(size, [line]), "norm-over-one-value")
    assert bool(told) == refused
    (node,) = archlens.load_text(spec(size, [line])).graph.nodes
    x = torch.randn(node.input_shapes[0])
    module = build_layer(node.layer, x.shape)
    if refused:
        with pytest.raises(ValueError, match="Expected more than 1"):
            module.train()(x)
    else:
        module.train()(x)
    if "neither in training nor in inference" in " ".join(told):
        with pytest.raises(ValueError, match="Expected more than 1"):
            module.eval()(x)


def test_what_is_told_to_be_constant_is() -> None:
    """Softmax over one value, attention to one token (no query or key moves it), norms over one value."""
    torch.manual_seed(0)
    for size, line in (
        ("1", "softmax"),
        ("1x9", "softmin"),
        ("9x1", "log_softmax: -1"),
        ("5x1", "layer_norm"),
        ("1x4x4", "layer_norm: channels_first=true"),
    ):
        rule = "norm-over-one-value" if "norm" in line else "constant-softmax"
        assert judging.told(spec(size, [line]), rule), line
        (node,) = archlens.load_text(spec(size, [line])).graph.nodes
        module = build_layer(node.layer, node.input_shapes[0])
        one, other = (module(torch.randn(node.input_shapes[0]) * 5) for _ in range(2))
        assert torch.equal(one, other), line
    (told,) = judging.told(spec("1x8", ["scaled_dot_product_attention: 2"]), "constant-softmax")
    assert "queries and keys do nothing" in told
    value = torch.randn(1, 1, 8)
    out = [functional.scaled_dot_product_attention(torch.randn(1, 1, 8), torch.randn(1, 1, 8), value) for _ in range(2)]
    torch.testing.assert_close(out[0], out[1])
