"""`expect:` → Expectations: what a network is held to."""

from __future__ import annotations

from archlens.errors import did_you_mean
from archlens.spec.document import Mapping, Node, Scalar, Sequence
from archlens.spec.model import Expectation
from archlens.spec.reader import Reader
from archlens.spec.scalars import figure, size_or_none

__all__ = ["FIGURES", "read_expectations"]

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
    "parameter_bytes",
    "peak_memory",
)
_EXAMPLE = "expect: {params: 25_557_032, macs: 4.1G, receptive_field: {min: 224}}"


def read_expectations(reader: Reader, node: Node) -> tuple[Expectation, ...]:
    """Every line of an `expect:` mapping."""
    block = reader.mapping(node, "`expect`", _EXAMPLE)
    found: list[Expectation] = []
    for key, value in block.pairs if block else ():
        if key.text == "tensors":
            tensors = reader.mapping(value, "`tensors`", "tensors: {c3: 256x28x28}")
            for name, shape in tensors.pairs if tensors else ():
                found += _shape(reader, "tensors", name.text, shape)
        elif key.text == "output":
            if isinstance(value, Mapping):
                for name, shape in value.pairs:
                    found += _shape(reader, "output", name.text, shape)
            else:
                found += _shape(reader, "output", "", value)
        elif key.text in FIGURES:
            found += _figure(reader, key.text, value)
        else:
            known = (*FIGURES, "output", "tensors")
            reader.fault("ARC107", f"nothing called `{key.text}` can be expected", key.span, did_you_mean(key.text, known))
    return tuple(found)


def _figure(reader: Reader, key: str, value: Node) -> list[Expectation]:
    if isinstance(value, Mapping):
        bounds: dict[str, int] = {}
        for name, limit in value.pairs:
            read = figure(limit.text) if isinstance(limit, Scalar) else None
            if name.text not in ("min", "max") or read is None:
                reader.fault("ARC107", f"{key}: a budget is `{{max: 30M}}` or `{{min: ...}}`", name.span)
                return []
            bounds[name.text] = (read[0] + read[1] + 1) // 2  # the limit itself, not the range that rounds to it
        text = ", ".join(f"{name.text} {limit.text}" for name, limit in value.pairs)
        return [Expectation(key, "", bounds.get("min"), bounds.get("max"), None, False, text, value.span)]
    sizes = _sizes(value)
    if key == "receptive_field" and sizes is not None and len(sizes) > 1:
        return [Expectation(key, "", None, None, sizes, True, _spelled(value), value.span)]
    read = figure(value.text) if isinstance(value, Scalar) else None
    if read is None:
        reader.fault(
            "ARC107", f"{key}: not a figure", value.span, f"write an integer, digits with a unit (4.1G), or a budget: `{_EXAMPLE}`"
        )
        return []
    return [Expectation(key, "", read[0], read[1], None, True, value.text, value.span)]


def _shape(reader: Reader, key: str, tensor: str, value: Node) -> list[Expectation]:
    sizes = _sizes(value)
    if sizes is None:
        reader.fault("ARC107", f"{tensor or key}: not a size", value.span, "write it without the batch axis: 256x28x28, or 1000")
        return []
    return [Expectation(key, tensor, None, None, sizes, True, _spelled(value), value.span)]


def _sizes(value: Node) -> tuple[int, ...] | None:
    if isinstance(value, Sequence):
        items = [figure(item.text) for item in value.items if isinstance(item, Scalar)]
        if len(items) != len(value.items) or not all(item and item[0] == item[1] for item in items):
            return None
        return tuple(item[0] for item in items if item)
    if not isinstance(value, Scalar):
        return None
    size = size_or_none(value.text)
    if size is None:
        one = figure(value.text)
        size = (one[0],) if one and one[0] == one[1] else None
    return size


def _spelled(value: Node) -> str:
    return "x".join(map(str, _sizes(value) or ()))

