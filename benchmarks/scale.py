"""How cost grows: networks of 1,000, 10,000 and 100,000 layers, each in a process of its own.

    python benchmarks/scale.py

Two shapes: `repeated`, one residual block over and over, and `varied`, a width of its own for each of many layers, which
leaves less to remember. Time per layer is the best of several runs; its ratio to the smallest network should stay near 1.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import archlens

SIZES = (1_000, 10_000, 100_000)
HEAD = "archlens: 1\nname: Scale\ninput: 3x32x32\n"
SHAPES = {
    # 5 layers a turn, 2 before and 3 after
    "repeated": (
        5,
        HEAD
        + """\
params: {{turns: {turns}}}
blocks:
  Residual(width):
    - add:
        main: [conv: width 3x3 same bias=false, batch_norm, relu]
        shortcut: []
    - relu
layers:
  - conv: 16 3x3 same
  - relu
  - Residual: 16
    repeat: turns
  - relu
  - global_avg_pool
  - linear: 10
""",
    ),
    # 4 layers a turn, a multiple of 124 turns
    "varied": (
        4,
        HEAD
        + """\
params: {{turns: {turns}}}
layers:
  - conv: 16 3x3 same
  - relu
  - for: {{i: range(turns//124)}}
    do:
      - for: {{j: range(124)}}
        do:
          - conv: 16+(i*124+j)%509 3x3 same
          - batch_norm
          - relu
          - dropout
  - relu
  - global_avg_pool
  - linear: 10
""",
    ),
}
AROUND = 5


def child(shape: str, size: int) -> None:
    """Analyse one network of `size` layers and print what it cost."""
    per_turn, text = SHAPES[shape]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scale.yaml"
        path.write_text(text.format(turns=(size - AROUND) // per_turn), encoding="utf-8")
        taken = []
        network = None
        for _ in range(max(4, 60_000 // size)):
            network = None  # the last one is freed before the clock starts
            start = time.perf_counter()
            network = archlens.load(str(path))
            network.analyze()
            taken.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB on Linux
    assert network is not None
    print(json.dumps({"layers": len(network.graph.nodes), "seconds": min(taken), "peak": peak / 1024}))


def main() -> None:
    """Run every shape and size in a fresh process and print a row each."""
    print(f"{'shape':<10} {'layers':>8} {'µs a layer':>11} {'ratio':>6} {'peak MiB':>9}")
    for shape in SHAPES:
        first = 0.0
        for size in SIZES:
            command = [sys.executable, __file__, shape, str(size)]
            cost = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            each = cost["seconds"] / cost["layers"] * 1e6
            first = first or each
            print(f"{shape:<10} {cost['layers']:>8,} {each:>11.1f} {each / first:>6.2f} {cost['peak']:>9.0f}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        child(sys.argv[1], int(sys.argv[2]))
    else:
        main()
