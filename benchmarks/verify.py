"""What verification costs beside PyTorch itself: a cold `archlens verify`, and the recorder in a warm process.

    python benchmarks/verify.py [rounds]

Cold: ResNet-50 on meta against a process that imports torch, builds the same network in plain torch (`peers.py`) and runs
it once on meta. Warm: a recorded inference on the CPU against a plain one of the same module. Contenders take turns, so
that a slow spell of the machine meets them all; medians.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from processes import environment, seconds

ROOT = Path(__file__).resolve().parents[1]
PLAIN = """\
import torch
from peers import resnet50
with torch.device("meta"):
    network, image = resnet50().eval(), torch.empty(1, 3, 224, 224)
with torch.no_grad():
    network(image)
"""
ENVIRONMENT = environment(str(ROOT), str(ROOT / "benchmarks"))
COLD = {
    "python -c 'import torch'": [sys.executable, "-c", "import torch"],
    "plain torch on meta": [sys.executable, "-c", PLAIN],
    "archlens verify --device meta": [sys.executable, "-m", "archlens", "verify", "resnet50", "--device", "meta"],
}
WARM = ("alexnet", "vgg16", "resnet50", "vit_b16")


def cold(rounds: int) -> None:
    """A row for every cold process, with its ratio to plain torch."""
    times: dict[str, list[float]] = {name: [] for name in COLD}
    for turn in range(rounds + 1):
        for name, command in COLD.items():
            took = seconds(command, ROOT, ENVIRONMENT)
            if turn > 0:  # the first turn fills the caches of files and bytecode
                times[name].append(took)
    base = median(times["plain torch on meta"])
    print(f"{'cold process, ResNet-50':<32} {'median ms':>10} {'ratio':>7}")
    for name, taken in times.items():
        print(f"{name:<32} {median(taken) * 1000:>10.0f} {median(taken) / base:>7.2f}")


def warm(name: str, rounds: int) -> None:
    """A row: one network, run plainly and recorded, turn by turn."""
    import torch

    import archlens
    from archlens.pytorch.build import build
    from archlens.pytorch.devices import example_inputs
    from archlens.pytorch.trace import record

    graph = archlens.load(name).graph
    network = build(graph).eval()
    device = torch.device("cpu")
    plain, recorded = [], []
    for turn in range(rounds + 1):
        inputs = example_inputs(graph, device, torch.float32)
        start = time.perf_counter()
        with torch.no_grad():
            network(*inputs)
        middle = time.perf_counter()
        record(network, inputs)
        end = time.perf_counter()
        if turn > 0:
            plain.append(middle - start)
            recorded.append(end - middle)
    over = [(one - other) / other for one, other in zip(recorded, plain, strict=True)]
    row = f"{median(plain) * 1000:>9.1f} {median(recorded) * 1000:>12.1f} {median(recorded) / median(plain) - 1:>9.1%}"
    print(f"{name:<12} {len(network.steps):>7} {row} {median(over):>13.1%}")


def main() -> None:
    """Both questions, a table each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    cold(rounds)
    print(f"\n{'warm, CPU':<12} {'layers':>7} {'plain ms':>9} {'recorded ms':>12} {'overhead':>9} {'of each turn':>13}")
    for name in WARM:
        warm(name, 5 * rounds)


if __name__ == "__main__":
    main()
