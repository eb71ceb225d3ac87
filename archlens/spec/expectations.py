"""`expect:` → Expectations: what a network is held to."""

from __future__ import annotations

from archlens.errors import did_you_mean
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.model import Expectation
from archlens.spec.reader import Reader
from archlens.spec.scalars import figure, size_or_none

__all__ = ["BYTES", "FAMILIAR", "FIGURES", "read_expectations"]

FIGURES = (
    "params",
    "trainable_params",
    "buffers",
    "macs",
    "flops",
    "activations",
    "depth",
    "weight_layers",
    "receptive_field",
    "classes",
    "parameter_bytes",
    "peak_memory",
)
BYTES = ("parameter_bytes", "peak_memory")
"""Those that are bytes, so for one dtype."""
FAMILIAR = {
    "parameters": "params",
    "memory": "peak_memory",
    "rf": "receptive_field",
    "output_shape": "output",
    "outputs": "output",
    "num_classes": "classes",
}
"""What people call them elsewhere."""
_EXAMPLE = "expect: {params: 25_557_032, macs: 4.1G, receptive_field: {min: 224}}"
_SIZE = "write it without the batch axis: 256x28x28, or 1000"


def read_expectations(reader: Reader, node: Node) -> tuple[Expectation, ...]:
    """Every line of an `expect:` mapping."""
    block = reader.mapping(node, "`expect`", _EXAMPLE)
    found: list[Expectation | None] = []
    for key, value in block.pairs if block else ():
        if key.text == "tensors" or (key.text == "output" and isinstance(value, Mapping)):
            shapes = reader.mapping(value, f"`{key.text}`", f"{key.text}: {{NAME: 256x28x28}}")
            found += [_shape(reader, key.text, name.text, shape) for name, shape in (shapes.pairs if shapes else ())]
        elif key.text == "output":
            found.append(_shape(reader, "output", "", value))
        elif key.text in FIGURES:
            found.append(_budget(reader, key.text, value) if isinstance(value, Mapping) else _figure(reader, key.text, value))
        else:
            known = (*FIGURES, "output", "tensors")
            familiar = FAMILIAR.get(key.text.lower())
            help = (
                f"here it is called `{familiar}`" if familiar else did_you_mean(key.text, known) or f"figures: {', '.join(known)}"
            )
            reader.fault("ARC107", f"nothing called `{key.text}` can be expected", key.span, help)
    return tuple([e for e in found if e is not None])


def _budget(reader: Reader, key: str, value: Mapping) -> Expectation | None:
    bounds: dict[str, int] = {}
    for name, limit in value.pairs:
        read = figure(limit.text) if isinstance(limit, Scalar) else None
        if name.text not in ("min", "max"):
            reader.fault("ARC107", f"{key}: a budget has no `{name.text}`", name.span, "write {max: 30M}, {min: 1M} or both")
            return None
        if read is None:
            reader.fault(
                "ARC107", f"{key}: the {name.text} is not a figure", limit.span, "write an integer, or digits with a unit: 30M"
            )
            return None
        bounds[name.text] = read.value
    low, high = bounds.get("min"), bounds.get("max")
    if not bounds:
        reader.fault("ARC107", f"{key}: an empty budget", value.span, "write {max: 30M}, {min: 1M} or both")
        return None
    if low is not None and high is not None and low > high:
        reader.fault("ARC107", f"{key}: nothing can meet this budget", value.span, "the min is above the max")
        return None
    text = ", ".join(f"{name.text} {limit.text}" for name, limit in value.pairs)
    return Expectation(key, "", low, high, None, False, text, value.span)


def _figure(reader: Reader, key: str, value: Node) -> Expectation | None:
    sizes = _sizes(value)
    if key == "receptive_field" and sizes is not None and len(sizes) > 1:
        return Expectation(key, "", None, None, sizes, True, _spelled(sizes), value.span)
    read = figure(value.text) if isinstance(value, Scalar) else None
    if read is None:
        help = "write an integer (25_557_032), digits with a unit (4.1G), or a budget ({max: 30M})"
        reader.fault("ARC107", f"{key}: not a figure", value.span, help)
        return None
    assert isinstance(value, Scalar)
    return Expectation(key, "", read.low, read.high, None, True, value.text, value.span)


def _shape(reader: Reader, key: str, tensor: str, value: Node) -> Expectation | None:
    sizes = _sizes(value)
    if sizes is None:
        reader.fault("ARC107", f"{tensor or key}: not a size", value.span, _SIZE)
        return None
    return Expectation(key, tensor, None, None, sizes, True, _spelled(sizes), value.span)


def _sizes(value: Node) -> tuple[int, ...] | None:
    if isinstance(value, Sequence):
        items = [figure(item.text) for item in value.items if isinstance(item, Scalar)]
        exact = [item.value for item in items if item and item.exact]
        return tuple(exact) if exact and len(exact) == len(value.items) else None
    if not isinstance(value, Scalar):
        return None
    one = figure(value.text)
    return size_or_none(value.text) or ((one.value,) if one and one.exact else None)


def _spelled(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))
