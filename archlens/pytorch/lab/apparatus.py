"""What experiments share: conditions under which a run repeats itself, how far results are apart, verdicts from parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import torch
from torch import Tensor

from archlens.analysis.lesson import Measurement, Verdict

__all__ = ["apart", "gap", "percent", "rounded", "steady", "told", "verdict"]

_ROUNDING = 1e-12


def steady(measure: Callable[[], Measurement]) -> Callable[[int], Measurement]:
    """`measure`, run by seed: float64 on one thread of the CPU, with random numbers of its own; nothing outside changes."""

    @wraps(measure)
    def measured(seed: int) -> Measurement:
        threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
        with torch.random.fork_rng(devices=[]), torch.device("cpu"), torch.enable_grad():
            torch.default_generator.manual_seed(seed)  # not torch.manual_seed, which seeds GPUs too
            torch.set_num_threads(1)  # sums do not depend on the machine's cores
            torch.set_default_dtype(torch.float64)
            try:
                return measure()
            finally:
                torch.set_num_threads(threads)
                torch.set_default_dtype(dtype)

    return measured


def rounded(value: float) -> float:
    """0 where it is no more than rounding of values about 1."""
    return value if abs(value) > _ROUNDING else 0.0


def gap(found: Tensor, expected: Tensor) -> Tensor:
    """By value, how far `found` is from `expected`, as a share of the largest value expected; rounding counts as 0."""
    found, expected = found.detach(), expected.detach()
    share = (found - expected).abs() / expected.abs().max()
    return torch.where(share < _ROUNDING, 0.0, share)


def apart(found: Tensor, expected: Tensor) -> float:
    """The largest `gap` there is."""
    return float(gap(found, expected).max())


def verdict(*parts: bool) -> Verdict:
    """Of a claim whose parts came out so."""
    return "holds" if all(parts) else "holds in part" if any(parts) else "does not hold"


def percent(share: float) -> str:
    """`33.3 %`, which no line break parts."""
    return f"{100 * share:.3g}\u00a0%"


def told(value: float) -> str:
    """A figure in a sentence, to two digits: `0`, `0.93`, `100`, `2.2e-05`."""
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.1e}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"
