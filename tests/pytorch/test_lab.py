"""The chapter's claims, measured: closed figures beside them, other seeds, and operations broken so that verdicts change."""

import ast
import functools
import html
import importlib
import math
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from archlens.analysis.lesson import Finding
from archlens.chapter.lab import EXPERIMENTS, experiment, recorded
from archlens.pytorch import lab
from archlens.pytorch.build import BuiltNetwork
from archlens.pytorch.lab import apparatus, chapter_code, degradation, effective_field, gradient_norm, output_sizes
from archlens.pytorch.lab.stacks import convolutions, stack
from archlens.report.lesson import render_lessons

VERDICTS = {
    "equivariance": "holds in part",
    "invariance": "holds in part",
    "shuffled_pixels": "holds",
    "output_sizes": "holds in part",
    "chapter_code": "holds in part",
    "cross_correlation": "holds",
    "conv_gradients": "holds in part",
    "pointwise": "holds",
    "pooling_shifts": "holds in part",
    "receptive_field": "holds",
    "effective_field": "holds in part",
    "max_pool_gradient": "holds",
    "average_pool_gradient": "holds",
    "softmax": "holds",
    "vertical_flip": "does not hold",
    "batch_norm": "holds",
    "degradation": "holds in part",
    "gradient_norm": "holds in part",
    "residual_identity": "holds in part",
    "frozen_batch_norm": "holds in part",
    "attention_reach": "holds",
}
QUICK = [name for name in EXPERIMENTS if name != "degradation"]
WITHOUT_CHANCE = {"output_sizes", "receptive_field", "average_pool_gradient", "vertical_flip"}  # in what they show
SEEDS = (0, 7)

found = functools.cache(experiment)


def tables(name, seed=0):
    """The rows of an experiment's tables."""
    return [table.rows for table in found(name, seed).measured.tables]


def measured(name, seed=0):
    """Measured anew, as things are patched now."""
    return importlib.import_module(f"archlens.pytorch.lab.{name}").measure(seed)


# ---- all of them ----


def test_every_experiment_has_a_file_and_every_file_a_name():
    files = {path.stem for path in Path(lab.__file__).parent.glob("*.py")}
    assert files - {"__init__", "apparatus", "pictures", "stacks"} == set(EXPERIMENTS) == set(VERDICTS)
    sections = [importlib.import_module(f"archlens.pytorch.lab.{name}").SECTION for name in EXPERIMENTS]
    assert sections == sorted(sections), "in the order of the chapter"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", QUICK)
def test_the_verdict_stands_at_any_seed(name, seed):
    one = found(name, seed)
    assert one.measured.verdict == VERDICTS[name]
    assert one.source
    assert one.correction or one.measured.verdict == "holds"
    assert any(sign.isdigit() for sign in one.measured.because)


def test_the_record_is_of_these_experiments():
    """What reports/lab.md shows; where this fails, scripts/record-lab and scripts/reports bring it up to date."""
    record = {one.name: one for one in recorded().findings}
    assert list(record) == list(EXPERIMENTS)
    for name, kept in record.items():
        module = importlib.import_module(f"archlens.pytorch.lab.{name}")
        said = (module.SECTION, module.CLAIM, module.CORRECTION, module.SOURCE)
        assert (kept.section, kept.claim, kept.correction, kept.source) == said
        assert (kept.title, kept.seed, kept.measured.verdict) == (EXPERIMENTS[name], 0, VERDICTS[name])


@pytest.mark.parametrize("name", QUICK)
def test_the_record_is_of_such_a_run(name):
    """All but the digits that machines differ in."""
    (kept,) = [one for one in recorded().findings if one.name == name]
    for was, now in zip(kept.measured.tables, found(name, 0).measured.tables, strict=True):
        assert (was.caption, was.head) == (now.caption.replace("\u00a0", " "), now.head)
        for before, after in zip(was.rows, now.rows, strict=True):
            assert before == tuple([pytest.approx(cell, rel=0.1) if isinstance(cell, float) else cell for cell in after])


@pytest.mark.parametrize("name", QUICK)
def test_a_seed_fixes_every_figure(name):
    assert experiment(name, 0) == found(name, 0)
    assert (tables(name, 0) == tables(name, 7)) == (name in WITHOUT_CHANCE)


def test_nothing_outside_is_changed(monkeypatch):
    torch.manual_seed(5)
    before = torch.get_rng_state(), torch.get_num_threads(), torch.get_default_dtype()
    with torch.no_grad():
        one = experiment("max_pool_gradient", 3)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (torch.get_num_threads(), torch.get_default_dtype()) == before[1:]
    torch.set_default_dtype(torch.float16)
    try:
        assert experiment("max_pool_gradient", 3) == one
        monkeypatch.setattr(functional, "max_pool2d", None)
        with pytest.raises(TypeError):
            experiment("max_pool_gradient", 3)
        assert torch.get_default_dtype() == torch.float16
    finally:
        torch.set_default_dtype(before[2])


MARKS = {
    "table": "{title}",
    "markdown": "{title}",
    "html": "{title}",
    "json": '"{name}"',
    "csv": "{name},",
    "latex": "tab:{name}-1",
}


@pytest.mark.parametrize("form", MARKS)
def test_every_format_has_them(form):
    text = html.unescape(render_lessons([found(name, 0) for name in QUICK], form).replace("\\", ""))
    for name in QUICK:
        assert MARKS[form].format(name=name, title=EXPERIMENTS[name]) in text


@pytest.mark.parametrize("name", QUICK)
def test_figures_are_numbers(name):
    cells = [cell for rows in tables(name) for row in rows for cell in row]
    assert all(math.isfinite(cell) for cell in cells if isinstance(cell, float))


@pytest.mark.parametrize("name", QUICK)
def test_tables_fit_a_page(name):
    assert max(map(len, render_lessons([found(name, 0)], "table", 100).splitlines())) <= 100


@pytest.mark.parametrize(
    ("parts", "expected"),
    [((True, True), "holds"), ((True, False), "holds in part"), ((False, False), "does not hold"), ((False,), "does not hold")],
)
def test_a_verdict_follows_from_its_parts(parts, expected):
    assert apparatus.verdict(*parts) == expected


def test_differences_are_shares_and_rounding_is_none():
    expected = torch.tensor([4.0, -10.0], dtype=torch.float64)
    assert apparatus.apart(torch.tensor([4.0, -9.0], dtype=torch.float64), expected) == pytest.approx(0.1)
    assert apparatus.apart(expected + 1e-12, expected) == 0
    assert apparatus.apart(expected + 1e-10, expected) > 0
    assert [apparatus.told(value) for value in (0.0, 0.934, 100.0, 12345.6, 2.2e-5)] == ["0", "0.93", "100", "12,346", "2.2e-05"]
    assert [apparatus.percent(share) for share in (1 / 3, 0.5, 1, 0)] == ["33.3\u00a0%", "50\u00a0%", "100\u00a0%", "0\u00a0%"]


# ---- what each has to give ----


@pytest.mark.parametrize("seed", SEEDS)
def test_a_map_follows_shifts_by_multiples_of_the_stride(seed):
    shifts, borders = tables("equivariance", seed)
    for stride, padding, *differences in shifts:
        for shift, difference in enumerate(differences, 1):
            assert (difference == 0) == (padding == "circular" and shift % stride == 0)
    for shift, columns, count, elsewhere in borders:
        expected = sorted({0, 15, shift - 1, shift})  # either end, before the shift and after it
        assert columns == ", ".join(map(str, expected))
        assert (count, elsewhere) == (len(expected), 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_global_pooling_is_invariant_up_to_the_border(seed):
    inside, edge = [{name: row[at] for name, *row in tables("invariance", seed)[0]} for at in (0, 1)]
    still = {"convolution: the values it takes, sorted", "convolution, global average pooling"}
    still |= {"convolution, global max pooling", "circular convolution, global average pooling"}
    assert {name for name, change in inside.items() if change == 0} == still
    assert edge["circular convolution, global average pooling"] == 0
    assert edge["convolution, global average pooling"] > 0


def test_the_chapters_formula_is_right_where_it_says_what_it_needs():
    formulas, sizes = tables("output_sizes")
    assert [short == cases for _, cases, short, _ in formulas] == [True, False, True, False]
    assert all(long == cases for _, cases, _, long in formulas)
    assert [row[1:] for row in sizes] == [(w, w - 2, math.ceil(w / 2)) for w in range(5, 11)]
    assert output_sizes._longer(5, 3, 2, 1, 1, False) == 3  # the chapter's own walk: 5 to 3


def test_the_chapters_code_stretches_a_column_over_a_square():
    image, column = torch.arange(25.0).reshape(5, 5), torch.ones(3, 1)
    assert float(chapter_code._conv2d(image, column)[0, 0]) == 54
    assert float(functional.conv2d(image[None, None], column[None, None])[0, 0, 0, 0]) == 0 + 5 + 10
    kernels, pools = tables("chapter_code")
    assert all((row[5] == 0) == (row[0] in ("3×3", "2×2")) for row in kernels)
    assert [row[1] for row in pools] == ["2×2", "2×3", "3×3"]


def test_a_lone_pixel_shows_the_kernel_flipped():
    pictures, figures = tables("cross_correlation")
    assert [row[1] for row in pictures] == ["9 8 7", "6 5 4", "3 2 1"]
    assert [row[2] for row in pictures] == [row[0] for row in pictures]
    assert [row[2] == 0 for row in figures] == [True, False, True, True, True]


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_of_a_convolution(seed):
    (rows,) = tables("conv_gradients", seed)
    for _, said, *differences in rows:
        if said.endswith("as it is") and said.startswith("valid"):
            assert differences == [0, None]
        else:
            assert [one == 0 for one in differences] == [said != "full true convolution of g with the flipped kernel"] * 2


@pytest.mark.parametrize("seed", SEEDS)
def test_pooling_keeps_what_chance_says(seed):
    lone, random = tables("pooling_shifts", seed)
    for shift, row, shown in zip((1, 2, 3, 4, 8), lone, random, strict=False):
        for depth in range(4):
            cell = 2**depth
            assert row[1 + depth] == 100 * max(0, cell - shift) / cell
            assert shown[1 + depth] == pytest.approx(100 * max(0, cell - shift) / (cell + shift), abs=4)
    assert max(lone[-1][1:]) == 0
    assert max(random[-1][1:]) < 1


def test_fields_are_sums_of_offsets():
    (rows,) = tables("receptive_field")
    stacks = [[(3, 1)], [(3, 1)] * 2, [(3, 1)] * 3, [(5, 1)], [(3, 2)], [(3, 2)] * 3, [(3, 1), (3, 2), (3, 4)]]
    for (_, area, pixels, weights), kernels in zip(rows, stacks, strict=True):
        read = {0}
        for kernel, dilation in kernels:
            read = {at + dilation * tap for at in read for tap in range(-(kernel // 2), kernel // 2 + 1)}
        side = max(read) - min(read) + 1
        assert (area, pixels, weights) == (f"{side}×{side}", len(read) ** 2, sum(kernel**2 for kernel, _ in kernels))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_field_used_is_a_bell(seed):
    (rows,) = tables("effective_field", seed)
    for depth, field, equal, _, _, sigma, bell in rows:
        ways = [1]
        for _ in range(depth):  # the coefficients of (1 + x + x²)ⁿ
            ways = [sum(ways[max(0, at - 2) : at + 1]) for at in range(len(ways) + 2)]
        masses = [sum(ways[depth - r : depth + r + 1]) ** 2 / 9**depth for r in range(depth + 1)]
        assert equal == 2 * next(r for r, mass in enumerate(masses) if mass >= 0.95) + 1
        assert field == f"{2 * depth + 1}×{2 * depth + 1}"
        assert sigma == pytest.approx(bell, rel=0.25)


@pytest.mark.parametrize("seed", SEEDS)
def test_max_pooling_sends_the_gradient_to_one(seed):
    windows, ties, peak = tables("max_pool_gradient", seed)
    assert [row[2:] for row in windows] == [(100, 0)] * 3
    assert [row[1] for row in windows] == [0, pytest.approx(100 / 16, abs=2), 100]  # all four below 0
    assert [row[1] for row in ties] == ["1 0 1 0", "0 0 0 0"] * 2
    assert peak[2] == ("0 0 9 0 0", "0 0 4 0 0")


def test_average_pooling_shares_out():
    rows = {name: row for name, *row in tables("average_pool_gradient")[0]}
    assert rows["2×2 /2"] == pytest.approx([1 / 4, 1 / 4, 16, 16])
    assert rows["3×3 /2"] == pytest.approx([1 / 9, 4 / 9, 9, 9])
    assert rows["3×3 /2, padding 1"] == pytest.approx([1 / 9, 1 / 9, 16, 16 * (11 / 12) ** 2])  # the first of four loses a third
    assert rows["3×3 /2, padding 1, not counted"] == pytest.approx([1 / 4, 1 / 9, 16, 16])
    assert rows["global"] == pytest.approx([1 / 64, 1 / 64, 1, 1])


def test_softmax_needs_its_largest_logit_taken_off():
    (rows,) = tables("softmax")
    assert [row[-1] for row in rows] == ["the same", "the same", "not a number", "the same"]
    assert rows[3][3] > 0.1


def test_digits_that_become_others():
    _, differ, becomes = tables("vertical_flip")
    assert dict(differ)["turned by 180°"] == 0
    assert {digit: row for digit, *row in becomes if set(row) - {digit, "none"}} == {
        "2": ["5", "5", "2"],
        "5": ["2", "2", "5"],
        "6": ["none", "none", "9"],
        "9": ["none", "none", "6"],
    }


def test_batch_norm_counts_and_bias():
    statistics, bias = tables("batch_norm")
    assert [row[1] for row in statistics] == [8 * 6 * 6, 8, 6 * 6, 3 * 6 * 6, 8 * 3 * 6 * 6]
    assert [row[2] == 0 for row in statistics] == [True, False, False, False, False]
    assert bias[0][1:] == (0, 0)
    assert min(bias[1][1:]) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_through_a_hundred_layers(seed):
    nets = {name: row for name, *row in tables("gradient_norm", seed)[0]}
    # torch's weights have variance 1 / (3 · fan-in) and a ReLU lets half through: 6^-½ a layer, somewhat less at borders
    assert -44 < math.log10(nets["plain, PyTorch's weights"][0]) < 98 * math.log10(6**-0.5)
    assert nets["plain, batch norm"][0] > 1e4
    assert all(0.1 < nets[name][0] < 1e3 for name in ("residual, PyTorch's weights", "residual, batch norm"))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_block_that_learns_nothing(seed):
    rows = {(block.partition(":")[0], x): row for block, x, *row in tables("residual_identity", seed)[0]}
    assert rows["residual", "x ≥ 0"] == rows["pre-activation", "any"] == rows["pre-activation", "x ≥ 0"] == [100, 100]
    assert rows["residual", "any"] == pytest.approx([50, 50], abs=6)
    assert rows["plain", "any"] == [0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_frozen_statistics_move_in_train_mode(seed):
    train, evaluated = tables("frozen_batch_norm", seed)[0]
    assert [value == 0 for value in train[1:]] == [True, False, False, False]
    assert [value == 0 for value in evaluated[1:]] == [True, True, True, False]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_token_sees_all_a_unit_its_square(seed):
    reach, shuffled = tables("attention_reach", seed)
    for depth, unit, token in reach:
        side = min(32, 16 + depth) - max(0, 16 - depth) + (depth < 16)
        assert unit == pytest.approx(100 * side**2 / 32**2)
        assert token == (100 if depth else pytest.approx(100 / 64))
    assert [row[1] == 0 for row in shuffled] == [True, False, False]


@pytest.mark.parametrize("seed", SEEDS)
def test_shuffling_is_nothing_to_an_mlp(seed):
    rows = {(net, pixels): row for net, pixels, *row in tables("shuffled_pixels", seed)[0]}
    assert rows["MLP", "as they are"] == pytest.approx(rows["MLP", "shuffled"], rel=1e-9)
    assert rows["CNN", "as they are"][2] > rows["CNN", "shuffled"][2] + 10


# ---- training ----

WORSE, BETTER = degradation._Run(1.5, 0.6, 1e-5, 1e-5), degradation._Run(0.5, 0.1, 1.0, 1.0)


@pytest.mark.parametrize(
    ("plain", "residual", "expected"),
    [
        ((BETTER, WORSE), (BETTER, BETTER), "holds"),
        ((BETTER, WORSE._replace(at_first=90.0, median=1.0)), (BETTER, BETTER), "holds in part"),
        ((WORSE, BETTER), (BETTER, WORSE), "does not hold"),
    ],
)
def test_what_training_shows_makes_the_verdict(plain, residual, expected, monkeypatch):
    runs = iter([*plain, *residual])
    monkeypatch.setattr(degradation, "_trained", lambda *_: next(runs))
    assert degradation.measure(0).verdict == expected


def test_a_little_training(monkeypatch):
    monkeypatch.setattr(degradation, "_DEPTHS", (4, 6))
    monkeypatch.setattr(degradation, "_STEPS", 12)
    one = degradation.measure(1)
    assert one == degradation.measure(1)
    rows = one.tables[0].rows
    assert [row[:2] for row in rows] == [("plain", 4), ("plain", 6), ("residual", 4), ("residual", 6)]
    assert all(0 < row[2] < 3 and 0 <= row[3] <= 100 and row[4] > 0 for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_deeper_plain_nets_train_worse(seed):
    one = found("degradation", seed)
    assert one.measured.verdict == VERDICTS["degradation"]
    rows = {(net, layers): row for net, layers, *row in one.measured.tables[0].rows}
    assert rows["plain", 32][0] > 1.5 * rows["plain", 8][0]
    assert rows["residual", 32][0] < 0.7 * rows["plain", 32][0]
    assert min(rows["plain", 32][2:]) > 0.1


@pytest.mark.parametrize("kind", ["Bare", "Plain", "BareResidual", "Residual"])
def test_stacks_have_the_depth_asked_for(kind):
    network = stack(kind, 12, 8, 4, 3)
    assert len(convolutions(network)) + 1 == 12
    assert network(torch.randn(2, 1, 8, 8)).shape == (2, 3)


# ---- verdicts that change when an operation is another ----


def ramp(*arguments, conv2d=functional.conv2d, **keys):
    """A convolution that knows where it is."""
    out = conv2d(*arguments, **keys)
    return out * torch.arange(1.0, out.shape[-1] + 1)


def flipping(image, kernel, *arguments, conv2d=functional.conv2d, **keys):
    """A true convolution."""
    return conv2d(image, kernel.flip(-2, -1), *arguments, **keys)


def undilated(image, kernel, padding, dilation, conv2d=functional.conv2d):
    """A convolution that leaves out its dilation."""
    return conv2d(image, kernel, padding=1 if kernel.shape[-1] == 3 else 2)


def squared(*arguments, conv2d=functional.conv2d, **keys):
    """What does not add up over channels."""
    return conv2d(*arguments, **keys) ** 2


def average(maps, kernel, stride=None, avg_pool2d=functional.avg_pool2d, **_):
    """Another pooling."""
    return avg_pool2d(maps, kernel, stride)


def largest(maps, kernel_size, stride=None, max_pool2d=functional.max_pool2d, **_):
    """And another."""
    return max_pool2d(maps, kernel_size, stride)


class Alone(nn.Module):
    """Attention to nobody."""

    def __init__(self, *_, **__):
        super().__init__()

    def forward(self, query, key, value, need_weights):
        """The query as it is."""
        return query, None


BROKEN = {
    "equivariance": ([(functional, "conv2d", ramp)], "does not hold"),
    "invariance": ([(functional, "conv2d", ramp)], "does not hold"),
    "shuffled_pixels": ([(torch, "randperm", torch.arange)], "holds in part"),
    "output_sizes": (
        [(functional, name, lambda line, *_, **__: line[..., :1]) for name in ("conv1d", "max_pool1d")],
        "does not hold",
    ),
    "chapter_code": ([(functional, "conv2d", flipping), (functional, "max_pool2d", average)], "does not hold"),
    "cross_correlation": ([(functional, "conv2d", flipping)], "does not hold"),
    "conv_gradients": ([(functional, "conv2d", squared)], "does not hold"),
    "pointwise": ([(functional, "conv2d", squared)], "does not hold"),
    "receptive_field": ([(functional, "conv2d", undilated)], "holds in part"),
    "effective_field": ([(effective_field, "_MASS", 1.0)], "holds"),
    "max_pool_gradient": ([(functional, "max_pool2d", average)], "does not hold"),
    "average_pool_gradient": ([(functional, "avg_pool2d", largest)], "does not hold"),
    "softmax": ([(torch.Tensor, "softmax", lambda logits, _: logits.sigmoid())], "holds in part"),
    "batch_norm": ([(nn, "BatchNorm2d", functools.partial(nn.InstanceNorm2d, affine=True))], "holds in part"),
    "residual_identity": ([(nn.init, "zeros_", lambda values: values)], "does not hold"),
    "frozen_batch_norm": ([(BuiltNetwork, "train", lambda network, mode=True: nn.Module.train(network, False))], "holds"),
    "attention_reach": ([(nn, "MultiheadAttention", Alone)], "holds in part"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_operation_changes_the_verdict(name, monkeypatch):
    changes, expected = BROKEN[name]
    whole = found(name, 0).measured.because  # before anything is broken
    for owner, attribute, other in changes:
        monkeypatch.setattr(owner, attribute, other)
    one = measured(name)
    assert one.verdict == expected != VERDICTS[name]
    assert one.because != whole


def test_pooling_that_keeps_nothing_is_told(monkeypatch):
    module = importlib.import_module("archlens.pytorch.lab.pooling_shifts")
    monkeypatch.setattr(functional, "max_pool2d", average)
    monkeypatch.setitem(module._MOVES, "8 px", lambda maps: maps)
    assert measured("pooling_shifts").verdict == "does not hold"


def test_a_nine_drawn_as_a_flipped_six_is_one(monkeypatch):
    module = importlib.import_module("archlens.pytorch.lab.vertical_flip")
    digits = module._digits()
    monkeypatch.setattr(module, "_digits", lambda: [*digits[:9], digits[6].flip(0)])
    assert measured("vertical_flip").verdict == "holds"


def test_a_net_whose_gradients_vanish_with_batch_norm_would_hold(monkeypatch):
    monkeypatch.setitem(gradient_norm._NETS, gradient_norm._NORMED, ("Bare", False))
    assert measured("gradient_norm").verdict == "holds"


def test_no_verdict_is_written_down():
    """`Measurement(…)` gets what `verdict(…)` makes of parts, in every file."""
    for name in EXPERIMENTS:
        path = Path(lab.__file__).parent / f"{name}.py"
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        made = [node for node in calls if getattr(node.func, "id", "") == "Measurement"]
        assert [node.args[1].func.id for node in made] == ["verdict"], name
        parts = made[0].args[1].args
        assert not any(isinstance(part, ast.Constant) for part in parts), name


def test_a_finding_says_all_of_it():
    one = found("softmax", 7)
    assert isinstance(one, Finding)
    assert (one.name, one.title, one.section, one.seed) == ("softmax", EXPERIMENTS["softmax"], "12.5", 7)
