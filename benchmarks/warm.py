"""A warm process: ResNet-152 read, compiled and analysed again and again.

    python benchmarks/warm.py [repeats]

The yardstick, 100,000 calls of an empty function in the same run, makes machines comparable.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import archlens

SPEC = "resnet152"
PARTS = ("load", "compile", "analyse", "yardstick")


def once() -> dict[str, float]:
    """Seconds for each part, on a network nobody has looked at yet."""
    marks = [time.perf_counter()]
    network = archlens.load(SPEC)
    marks.append(time.perf_counter())
    network.graph  # noqa: B018  compiled when first asked for
    marks.append(time.perf_counter())
    network.analyze()
    marks.append(time.perf_counter())
    yardstick()
    marks.append(time.perf_counter())
    return {part: end - start for part, start, end in zip(PARTS, marks, marks[1:], strict=False)}


def yardstick() -> None:
    """Work that only the interpreter's speed decides."""

    def nothing() -> None:
        pass

    for _ in range(100_000):
        nothing()


def main() -> None:
    """Repeat, and print the best and the median of each part."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    once()
    runs = [once() for _ in range(repeats)]
    rows = {part: [run[part] for run in runs] for part in PARTS}
    rows["compile + analyse"] = [run["compile"] + run["analyse"] for run in runs]
    measure = median(rows["yardstick"])
    print(f"{SPEC}, {len(archlens.load(SPEC).graph.nodes)} layers, {repeats} runs")
    print(f"{'':<20} {'best ms':>9} {'median ms':>10} {'median ÷ yardstick':>19}")
    for name, taken in rows.items():
        print(f"{name:<20} {min(taken) * 1000:>9.2f} {median(taken) * 1000:>10.2f} {median(taken) / measure:>19.2f}")


if __name__ == "__main__":
    main()
