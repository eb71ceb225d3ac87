"""Whose count is right, and what it costs: archlens and other tools on four networks, each a cold process.

    python benchmarks/counts.py [rounds]

Figures are multiply–accumulates; where a tool counts two for each, they are halved. The right count is that of torch's
FlopCounterMode with attention composed of matrix products: convolutions, linear layers and products of attention. Seconds
are medians of whole processes that take turns, memory is the most that one of them held.

The tools count torchvision's networks, which have to be imported and built: `(no tool)` does only that. A tool is found in
the environment or by PYTHONPATH; one that cannot be imported is told on stderr and has no figures.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from processes import environment

ROOT = Path(__file__).resolve().parents[1]
PEERS = str(ROOT / "benchmarks" / "peers.py")
MODELS = {"alexnet": "alexnet", "vgg16": "vgg16", "resnet50": "resnet50", "vit_b_16": "vit_b16"}  # torchvision's → archlens's
RIGHT = "FlopCounterMode-math"
ARCHLENS = {
    "archlens analyze": ["analyze", "--format", "json"],
    "archlens verify --device meta": ["verify", "--device", "meta", "--format", "json"],
    "archlens verify --device cpu": ["verify", "--device", "cpu", "--format", "json"],
}
NOTHING = "(no tool)"
TOOLS = {NOTHING: "none"} | {
    name: name
    for name in (RIGHT, "FlopCounterMode", "torchinfo", "fvcore", "ptflops", "ptflops-aten", "thop", "calflops", "torchlens")
}
ENVIRONMENT = environment(str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")]))


class Run(NamedTuple):
    """One process. macs: None where it gave no figure. peak: MiB."""

    macs: int | None
    seconds: float
    peak: float
    why: str = ""


def command(contender: str, model: str) -> list[str]:
    """How a contender is asked for one network."""
    if contender in ARCHLENS:
        return [sys.executable, "-m", "archlens", *ARCHLENS[contender], MODELS[model]]
    return [sys.executable, PEERS, TOOLS[contender], model]


def run(contender: str, model: str) -> Run:
    """One cold process, from start to exit."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command(contender, model), cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    with process.stdout as stream:
        said = stream.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, peak = time.perf_counter() - start, usage.ru_maxrss / 1024  # KiB on Linux
    if process.returncode or said.startswith("missing"):
        why, reason = ("not installed", said.strip()) if not process.returncode else ("failed", f"exit {process.returncode}")
        print(f"{contender}, {model}: {why}: {reason}", file=sys.stderr)
        return Run(None, seconds, peak, why)
    return Run(counted(contender, said), seconds, peak)


def counted(contender: str, said: str) -> int | None:
    """The multiply–accumulates in what a contender printed."""
    if contender == NOTHING:
        return None
    if contender not in ARCHLENS:
        return int(said.splitlines()[-1])
    report = json.loads(said)
    if "facts" in report:
        return next(int(fact["computed"]) for fact in report["facts"] if fact["key"] == "macs")
    return int(report["totals"]["macs"])


def table(title: str, rows: dict[str, list[str]]) -> None:
    """A Markdown table with a column for each network."""
    print(f"\n| {title} | {' | '.join(MODELS)} |")
    print(f"|---|{'---:|' * len(MODELS)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def against(found: Run, right: int | None) -> str:
    """A figure, and how far it is from the right one."""
    if found.macs is None:
        return found.why or "–"
    return f"{found.macs:,}" if right in (None, found.macs) else f"{found.macs:,} ({found.macs - right:+,})"


def main() -> None:
    """Run every contender in turns on every network and print three tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    contenders = [*ARCHLENS, *TOOLS]
    # The first turn fills the caches of files and bytecode, and tells who is there.
    first = {contender: run(contender, "alexnet") for contender in contenders}
    runs: dict[tuple[str, str], list[Run]] = {}
    for model in MODELS:
        for _ in range(rounds):
            for contender in contenders:
                one = first[contender] if first[contender].why else run(contender, model)
                runs.setdefault((contender, model), []).append(one)
    rights = [runs[RIGHT, model][0].macs for model in MODELS]
    counts, seconds, peaks = {}, {}, {}
    for contender in contenders:
        of = [runs[contender, model] for model in MODELS]
        counts[contender] = [against(found[0], right) for found, right in zip(of, rights, strict=True)]
        seconds[contender] = [found[0].why or f"{median([one.seconds for one in found]):.2f}" for found in of]
        peaks[contender] = [found[0].why or f"{max(one.peak for one in found):,.0f}" for found in of]
    del counts[NOTHING]
    table("MACs", counts)
    table("seconds", seconds)
    table("peak MiB", peaks)


if __name__ == "__main__":
    main()
