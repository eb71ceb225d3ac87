"""`archlens check`: one file cold, as a pre-commit hook runs it, and a thousand in one run against a thousand runs.

    python benchmarks/gate.py [rounds]

The thousand specs are networks of four to thirteen layers, no two alike. A thousand cold runs of one file each are not all run:
the median of some of them, times a thousand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from processes import environment, seconds

ROOT = Path(__file__).resolve().parents[1]
CHECK = [str(Path(sys.executable).with_name("archlens")), "check"]
BASE = [sys.executable, "-c", "import click, yaml"]
ENVIRONMENT = environment()
SPECS = 1000


def write_specs(folder: Path, count: int) -> None:
    """So many specs, a hundred in a folder."""
    for number in range(count):
        width, depth = 8 + 4 * (number % 16), 1 + number % 4
        pairs = f"  - conv: {width + number // 64} 3x3 same bias=false\n  - batch_norm\n  - relu\n" * depth
        path = folder / f"{number // 100}" / f"net{number}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"archlens: 1\ninput: 3x32x32\nlayers:\n{pairs}  - global_avg_pool\n  - linear: 10\n", encoding="utf-8")


def single(rounds: int, folder: Path) -> float:
    """Print what one file costs, cold; the seconds of a small one."""
    commands = {
        "python -c 'import click, yaml'": BASE,
        "archlens check specs/resnet50.yaml": [*CHECK, "specs/resnet50.yaml"],
        "archlens check of a small spec": [*CHECK, str(folder / "0" / "net0.yaml")],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            took = seconds(command, ROOT, ENVIRONMENT)
            if turn:  # the first fills the caches of files and bytecode
                times[name].append(took)
    base = median(next(iter(times.values())))
    for name, found in times.items():
        print(f"{name:<40} {1000 * median(found):8.0f} ms {median(found) / base:8.2f}")
    return median(times["archlens check of a small spec"])


def main() -> None:
    """Print both tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_specs(folder, SPECS)
        one = single(rounds, folder)
        print()
        print(f"{f'{SPECS:,} cold runs of one file each':<40} {SPECS * one:8.1f} s")
        for jobs in ("1", "0"):
            took = median([seconds([*CHECK, name, "--jobs", jobs], ROOT, ENVIRONMENT) for _ in range(3)])
            print(f"{f'one run, --jobs {jobs}':<40} {took:8.1f} s {SPECS * one / took:8.1f} times as fast")


if __name__ == "__main__":
    main()
