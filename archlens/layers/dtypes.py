"""The types a network's values can have, as torch names them, and how many bytes a value takes."""

from __future__ import annotations

from archlens.errors import UsageError, did_you_mean

__all__ = ["DTYPES", "FIGURES_DTYPE", "value_bytes"]

DTYPES = {
    "float64": 8,
    "float32": 4,
    "bfloat16": 2,
    "float16": 2,
    "float8": 1,
    "float8_e4m3fn": 1,
    "float8_e5m2": 1,
    "int8": 1,
}
"""Name → bytes a value; `float8` stands for either of torch's."""

FIGURES_DTYPE = "float32"
"""What the bytes that specs expect are in."""


def value_bytes(dtype: str) -> int:
    """The bytes of one value; raises UsageError for a dtype there is none of."""
    if dtype not in DTYPES:
        cure = did_you_mean(dtype, DTYPES) if isinstance(dtype, str) else ""
        raise UsageError(f"no dtype is called `{dtype}`; {cure or 'there are ' + ', '.join(DTYPES)}")
    return DTYPES[dtype]
