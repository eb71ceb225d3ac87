"""Cold processes: what they run in, and how long one takes."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


def environment(*paths: str) -> dict[str, str]:
    """As installed packages run: with their bytecode kept, which this shell may forbid. paths: where else modules are found."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {"NO_COLOR": "1"}
    return kept | ({"PYTHONPATH": os.pathsep.join(paths)} if paths else {})


def seconds(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    """One run of `command` in `folder`, from start to exit."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start
