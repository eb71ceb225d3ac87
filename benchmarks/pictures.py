"""Cold processes that draw: the diagram and the page of ResNet-152, and what the interpreter takes alone.

    python benchmarks/pictures.py [rounds]

Contenders take turns; medians, and ratios to importing click and yaml. Held: the diagram at its default level to 1 s, the page
to 2 s, on a machine where that import takes about 60 ms, so to 16 and 33 times it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from processes import environment, seconds

ROOT = Path(__file__).resolve().parents[1]
ARCHLENS = str(Path(sys.executable).with_name("archlens"))
BASE = "python -c 'import click, yaml'"


def contenders(folder: str) -> dict[str, list[str]]:
    """What is timed: name → command."""
    return {
        BASE: [sys.executable, "-c", "import click, yaml"],
        "archlens analyze resnet152": [ARCHLENS, "analyze", "resnet152", "--format", "json"],
        "archlens diagram resnet152 (text)": [ARCHLENS, "diagram", "resnet152"],
        "archlens diagram resnet152 -o .svg": [ARCHLENS, "diagram", "resnet152", "-o", f"{folder}/resnet152.svg"],
        "archlens diagram resnet152 -o .png": [ARCHLENS, "diagram", "resnet152", "-o", f"{folder}/resnet152.png"],
        "archlens rf resnet152 -o .svg": [ARCHLENS, "rf", "resnet152", "-o", f"{folder}/field.svg"],
        "archlens report resnet152": [ARCHLENS, "report", "resnet152", "-o", f"{folder}/resnet152.html"],
    }


def main() -> None:
    """Time every contender in turns and print a row each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        commands = contenders(folder)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(rounds + 1):
            for name, command in commands.items():
                took = seconds(command, ROOT, environment())
                if turn > 0:  # the first turn fills the caches of files and bytecode
                    times[name].append(took)
        sizes = {path.name: path.stat().st_size for path in sorted(Path(folder).iterdir())}
    base = median(times[BASE])
    print(f"{'cold process':<36} {'median ms':>10} {'ratio':>7} {'runs':>5}")
    for name, taken in times.items():
        print(f"{name:<36} {median(taken) * 1000:>10.0f} {median(taken) / base:>7.2f} {len(taken):>5}")
    for name, size in sizes.items():
        print(f"{name:<36} {size / 1000:>10.0f} kB")


if __name__ == "__main__":
    main()
