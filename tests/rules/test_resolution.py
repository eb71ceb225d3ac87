"""Rules about resolution: figures against torch and closed formulas, cures against the network that they lead to."""

from __future__ import annotations

import re
from collections import Counter
from random import Random

import torch

import archlens
from archlens.errors import SpecError
from tests.rules.judging import spec, told


def output(text: str) -> tuple[int, ...]:
    return tuple(archlens.load_text(text, "drawn.yaml").graph.nodes[-1].output_shapes[0])


def test_means_at_the_border_are_those_of_torch() -> None:
    random = Random(1)
    fired = 0
    for _ in range(60):
        size, kernel, stride, ceil = random.randint(3, 9), random.randint(1, 4), random.randint(1, 4), random.random() < 0.5
        padding = random.randint(0, kernel // 2)
        try:
            found = told(
                spec(f"2x{size}x{size}", [f"avg_pool: {kernel} /{stride} padding={padding}{' ceil' * ceil}"]),
                "average-counts-padding",
            )
        except SpecError:
            continue
        mean = torch.nn.functional.avg_pool2d(torch.ones(1, 1, size, size), kernel, stride, padding, ceil).min().item()
        assert bool(found) == (mean < 1 - 1e-6)
        if found:
            fired += 1
            assert f"{mean:.1%} of the mean" in found[0]
    assert fired > 15


def test_the_dense_window_and_the_average_put_out_as_many_cells() -> None:
    random = Random(2)
    for _ in range(30):
        kernel, stride, padding = random.randint(1, 5), random.randint(2, 4), random.randint(0, 2)
        line = f"conv: 2 {kernel}x{kernel} /{stride} padding={padding}"
        text = spec("2x40x33", ["relu", line, "relu"])
        (found,) = told(text, "aliasing-stride")
        words = re.findall(r"`([^`]*)`", found)
        lines = (
            [words[0], f"conv: 2 {words[1]}"] if words[0].startswith("avg_pool") else [f"conv: 2 {words[0]}", "relu", words[1]]
        )
        after = spec("2x40x33", ["relu", *lines])
        assert told(after, "aliasing-stride") == []
        assert output(after) == output(text), (line, found)


def test_so_many_windows_more_see_the_image() -> None:
    random = Random(3)
    for _ in range(15):
        lines = [f"conv: 2 3x3 /{random.randint(1, 2)} same" for _ in range(random.randint(1, 3))]
        side = random.randint(30, 60)
        found = told(spec(f"2x{side}x{side}", [*lines, "global_avg_pool"]), "small-receptive-field")
        more = re.search(r"so (\d+) of them", found[0])
        assert more
        for extra, is_enough in ((int(more[1]), True), (int(more[1]) - 1, False)):
            after = spec(f"2x{side}x{side}", [*lines, *["conv: 2 3x3 same"] * extra, "global_avg_pool"])
            assert (told(after, "small-receptive-field") == []) == is_enough


def test_shifts_are_how_far_the_map_lies_off_the_image() -> None:
    random = Random(4)
    met = Counter[bool]()
    for _ in range(60):
        lines, side = [], 64
        for _ in range(random.randint(1, 5)):
            kernel, low = random.choice([2, 4]), random.randint(0, 1)
            ends = [kernel // 2 - low, kernel // 2 - 1 + low]
            moving = f"conv: {{out_channels: 2, kernel_size: {kernel}, padding: [{ends}, {ends}]}}"
            lines.append(random.choice([moving, moving, "max_pool: 2", "conv: 2 3x3 same"]))
        text = spec(f"2x{side}x{side}", lines)
        layer = archlens.load_text(text, "drawn.yaml").analyze().layers[-1]
        field = layer.receptive_field
        assert field is not None
        first = field.start[0] + (field.size[0] - 1) / 2
        off = (first + first + (layer.output_shapes[0][2] - 1) * float(field.jump[0]) - (side - 1)) / 2
        found = told(text, "even-kernel-shift")
        met[bool(found)] += 1
        assert bool(found) == (off != 0), text
        if found:
            assert f"that comes to {abs(off):g}" in found[0], (text, off)
    assert min(met[True], met[False]) > 10


def test_the_sizes_that_fit_are_the_nearest() -> None:
    random = Random(5)
    fired = 0
    for _ in range(12):
        down = random.randint(2, 3)
        lines = [random.choice(["max_pool: 2", "conv: 2 2x2 /2", "conv: 2 3x3 /2 same"]) for _ in range(down)]
        side = random.randint(20, 40)

        def wrong(size: int, lines: list[str] = lines, down: int = down) -> bool:
            return bool(told(spec(f"2x{size}x{size}", [*lines, f"upsample: {2**down}"]), "input-not-multiple"))

        if wrong(side):
            fired += 1
            (found,) = told(spec(f"2x{side}x{side}", [*lines, f"upsample: {2**down}"]), "input-not-multiple")
            fitting = [int(size) for size, other in re.findall(r"(\d+)×(\d+)(?= or| pixels, at)", found) if size == other]
            assert len(fitting) == 2
            assert [size for size in range(fitting[0], fitting[1] + 1) if not wrong(size)] == fitting, (lines, side)
    assert fired > 4
