"""One file a family of layers: all that the properties of this folder need to know of its types.

CASES       type → strategy of `Case`: random arguments and shapes, legal and not
ORACLES     type → what torch makes of a case's raw arguments, `(arguments, *inputs) → Ran`, without asking archlens
SIZED       type → examples with named sizes, for numbers, arrays and symbols alike
ILLEGAL     the same, legal in some columns only
STRICTER    type → why, and in which cases, archlens refuses what torch takes
LOOSER      type → why, and in which cases, archlens takes what torch refuses
WIDER       type → why, and in which cases, a layer says it reads more than it does (never less)
"""

from types import ModuleType

from tests.layers.families import (
    attention,
    detection,
    embedding,
    joining,
    linear,
    local,
    moving,
    normalization,
    pooling,
    recurrent,
    regularization,
    slicing,
    transposed,
)

FAMILIES: tuple[ModuleType, ...] = (
    attention,
    detection,
    embedding,
    joining,
    linear,
    local,
    moving,
    normalization,
    pooling,
    recurrent,
    regularization,
    slicing,
    transposed,
)
