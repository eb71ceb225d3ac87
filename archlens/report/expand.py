"""Graph → the plain spec behind it: no blocks, no parameters, every argument spelled out.

Paths become names, so the expansion of an expansion is itself, and every figure stays the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from archlens.graph.model import Allowance, Graph, Node, title
from archlens.spec.scalars import plain_value

__all__ = ["expand"]

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")


def expand(graph: Graph) -> str:
    """The text of a spec that compiles to the same layers."""
    names = _tensor_names(graph)
    lines = ["archlens: 1", f"name: {_word(title(graph.name, graph.variant))}"]
    if graph.meta:
        lines += ["meta:", *(f"  {_word(key)}: {_data(value)}" for key, value in graph.meta.items())]
    lines += _inputs(graph)
    lines.append("layers:")
    previous = next(iter(graph.inputs.values()))
    for node in graph.nodes:
        lines += _statement(node, previous, names)
        previous = node.outputs[0]
    if list(graph.outputs) != ["output"] or graph.outputs["output"] != previous:
        lines.append("outputs: {" + ", ".join(f"{_word(name)}: {_word(names[t])}" for name, t in graph.outputs.items()) + "}")
    if graph.freeze:
        lines.append("freeze: [" + ", ".join(map(_quoted, graph.freeze)) + "]")
    if graph.loss:
        lines.append("loss: {" + ", ".join(f"{_word(output)}: {loss}" for output, loss in graph.loss.items()) + "}")
    if graph.allowed:
        lines += ["allow:", *_allowed(graph)]
    if graph.expect:
        lines += ["expect:", *_expectations(graph, names)]
    return "\n".join(lines)


def _allowed(graph: Graph) -> list[str]:
    """The lines of `allow:`, one a rule: layers by path, reasons joined."""
    rules: dict[str, list[Allowance]] = {}
    for allowance in graph.allowed:
        rules.setdefault(allowance.rule, []).append(allowance)
    lines = []
    for rule, found in rules.items():
        reason = _quoted("; ".join(dict.fromkeys(one.reason for one in found)))
        layers = {path for one in found for path in one.layers or ()}
        if layers and all(one.layers is not None for one in found):
            paths = [_quoted(node.path) for node in graph.nodes if node.path in layers]
            lines.append(f"  {_word(rule)}: {{layers: [{', '.join(paths)}], reason: {reason}}}")
        else:
            lines.append(f"  {_word(rule)}: {reason}")
    return lines


def _tensor_names(graph: Graph) -> dict[int, str]:
    """A name for every tensor that is read other than by the line after it."""
    names = {tensor: name for name, tensor in reversed(list(graph.tensors.items()))}
    names.update({tensor: name for name, tensor in graph.inputs.items()})
    used = set(names.values()) | {"prev"}

    def need(tensor: int) -> None:
        if tensor in names:
            return
        node = graph.nodes[graph.producers[tensor]]
        name = node.path if len(node.outputs) == 1 else f"{node.path}.{node.outputs.index(tensor)}"
        while name in used:
            name += "_"
        names[tensor] = name
        used.add(name)

    previous = next(iter(graph.inputs.values()))
    for node in graph.nodes:
        for tensor in node.inputs:
            if tensor != previous:
                need(tensor)
        previous = node.outputs[0]
    for tensor in graph.outputs.values():
        if tensor != previous:
            need(tensor)
    if list(graph.outputs) != ["output"]:
        for tensor in graph.outputs.values():
            need(tensor)
    for node in graph.nodes:  # `as:` lists ports in order, so those before a named one need a name too
        last = max((i for i, tensor in enumerate(node.outputs) if tensor in names), default=-1)
        for tensor in node.outputs[:last]:
            need(tensor)
    return names


def _inputs(graph: Graph) -> list[str]:
    sizes = {name: "x".join(map(str, graph.shapes[tensor][1:])) for name, tensor in graph.inputs.items()}
    if list(sizes) == ["input"]:
        return [f"input: {sizes['input']}"]
    return ["inputs: {" + ", ".join(f"{_word(name)}: {size}" for name, size in sizes.items()) + "}"]


def _statement(node: Node, previous: int, names: Mapping[int, str]) -> Iterator[str]:
    sources = ["prev" if tensor == previous else _word(names[tensor]) for tensor in node.inputs]
    arguments = [f"{name}: {_value(value)}" for name, value in node.layer.arguments.items()]
    kind = node.layer.type_name
    if node.layer.joins:  # a join: its inputs stand in the line, its arguments beside it
        yield f"  - {kind}: [{', '.join(sources)}]"
        yield from (f"    {argument}" for argument in arguments)
    else:
        yield f"  - {kind}: {{{', '.join(arguments)}}}" if arguments else f"  - {kind}:"
        if sources not in ([], ["prev"]):
            yield f"    from: {sources[0] if len(sources) == 1 else '[' + ', '.join(sources) + ']'}"
    yield f"    name: {_word(node.path)}"
    bound = [names[tensor] for tensor in node.outputs if tensor in names]
    if bound:
        yield f"    as: {_word(bound[0]) if len(bound) == 1 else '[' + ', '.join(map(_word, bound)) + ']'}"
    if node.owner != node.path and _has_state(node):
        yield f"    weights: {_word(node.owner)}"


def _has_state(node: Node) -> bool:
    return bool(node.layer.parameter_shapes(*node.input_shapes) or node.layer.buffer_shapes(*node.input_shapes))


def _expectations(graph: Graph, names: Mapping[int, str]) -> Iterator[str]:
    nested: dict[str, list[str]] = {}
    for one in graph.expect:
        value = one.text
        if not one.exact:
            value = "{" + ", ".join(part.replace(" ", ": ", 1) for part in one.text.split(", ")) + "}"
        if one.tensor:
            tensor = graph.tensors.get(one.tensor) if one.key == "tensors" else None  # a tensor of two names keeps one
            nested.setdefault(one.key, []).append(f"    {_word(one.tensor if tensor is None else names[tensor])}: {value}")
        else:
            yield f"  {one.key}: {value}"
    for key, lines in nested.items():
        yield f"  {key}:"
        yield from dict.fromkeys(lines)


def _word(text: str) -> str:
    """A name, quoted where YAML or a number would read it otherwise."""
    return text if _PLAIN.match(text) and isinstance(plain_value(text), str) else _quoted(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return value
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _data(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_word(key)}: {_data(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_data, value)) + "]"
    return _word(value) if isinstance(value, str) else _value(value)
