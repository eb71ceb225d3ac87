"""A cold process: `archlens analyze` on ResNet-50 against what it cannot be faster than, and against torch's tools.

    python benchmarks/cold.py [rounds]

Contenders take turns, so that a slow spell of the machine meets them all; medians, and ratios to importing click and
yaml. torchinfo and fvcore count the same network, written in plain torch (`peers.py`), if they are installed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from statistics import median

from processes import environment, seconds

ROOT = Path(__file__).resolve().parents[1]
ARCHLENS = [str(Path(sys.executable).with_name("archlens")), "analyze", "specs/resnet50.yaml"]
PEERS = str(ROOT / "benchmarks" / "peers.py")
BASE = "python -c 'import click, yaml'"
PEER_ROUNDS = 3  # they take seconds
ENVIRONMENT = environment()


def contenders() -> dict[str, list[str]]:
    """What is timed: name → command."""
    found = {
        BASE: [sys.executable, "-c", "import click, yaml"],
        "archlens analyze --format json": [*ARCHLENS, "--format", "json"],
        "archlens analyze (table)": ARCHLENS,
    }
    for peer in ("torchinfo", "fvcore"):
        if importlib.util.find_spec(peer) and importlib.util.find_spec("torch"):
            found[peer] = [sys.executable, PEERS, peer]
    return found


def main() -> None:
    """Time every contender in turns and print a row each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = contenders()
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if name in ("torchinfo", "fvcore") and turn > PEER_ROUNDS:
                continue
            took = seconds(command, ROOT, ENVIRONMENT)
            if turn > 0:  # the first turn fills the caches of files and bytecode
                times[name].append(took)
    base = median(times[BASE])
    print(f"{'cold process':<32} {'median ms':>10} {'ratio':>7} {'runs':>5}")
    for name, taken in times.items():
        print(f"{name:<32} {median(taken) * 1000:>10.0f} {median(taken) / base:>7.2f} {len(taken):>5}")


if __name__ == "__main__":
    main()
