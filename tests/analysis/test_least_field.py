"""The least field of random residual networks, held against every way through them, counted one by one."""

from __future__ import annotations

from random import Random

import archlens
from archlens.analysis.least_field import least_fields

Window = tuple[int, int]  # kernel, stride


def branch(windows: list[Window]) -> str:
    lines = "".join([f"\n          - conv: 4 {kernel} /{stride} padding={kernel // 2}" for kernel, stride in windows])
    return lines or " []"


def test_the_least_of_all_ways() -> None:
    random = Random(7)
    met = set()
    for _ in range(60):
        text, ways = "archlens: 1\ninput: 4x4096\nlayers:\n", [(1, 1)]  # pixels seen, and between neighbours
        for _ in range(random.randint(1, 5)):
            stride = random.choice([1, 1, 2])
            shortcut = [(random.choice([1, 3]), stride)] if stride > 1 or random.random() < 0.3 else []
            branches = [[(random.choice([1, 3, 5]), stride), (random.choice([1, 3]), 1)], shortcut]
            text += "  - add:\n" + "".join([f"      b{i}:{branch(windows)}\n" for i, windows in enumerate(branches)])
            after = []
            for size, jump in ways:
                for windows in branches:
                    seen, apart = size, jump
                    for kernel, step in windows:
                        seen, apart = seen + (kernel - 1) * apart, apart * step
                    after.append((seen, apart))
            ways = after
        graph = archlens.load_text(text, "drawn.yaml").graph
        least = least_fields(graph)[graph.outputs["output"]]
        assert least is not None
        assert (least.size, least.jump) == ((min(ways)[0],), (min(ways)[1],)), text
        met.add(least.size)
    assert len(met) > 3


def test_what_is_read_whole_is_infinite_and_tokens_have_no_axes() -> None:
    text = "archlens: 1\ninput: 4x8x8\nlayers: [{conv: 4 3x3}, {global_avg_pool: keepdim=true}, tokens]"
    graph = archlens.load_text(text, "case.yaml").graph
    sizes = [None if one is None else one.size for one in least_fields(graph)]
    assert sizes == [(1, 1), (3, 3), (float("inf"), float("inf")), None]
