"""A layer type explained from its class: what it does, its arguments, its formulas, a worked example."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from archlens.errors import Source
from archlens.graph.build import build
from archlens.graph.model import Graph
from archlens.layers.base import Layer
from archlens.layers.fields import Field
from archlens.layers.foreign import LAYERS
from archlens.report.chapters import sources
from archlens.report.explain_layer import Explained, explained, figure_blocks, layer_json
from archlens.report.formulas import in_symbols, meanings
from archlens.report.pages import Block, Chain, Code, Heading, Rows, Text
from archlens.report.symbols import FIGURES

__all__ = ["example_graph", "example_of", "type_blocks", "type_json"]


def type_blocks(layer: type[Layer]) -> list[Block]:
    """The page of a layer type."""
    first, meant = layer.documentation()
    blocks: list[Block] = [
        Heading(layer.type_name, 1, torch_names(layer)),
        Text(_facts_line(layer), faint=True),
        Text(first, apart=True),
        *[Text(paragraph, apart=True) for paragraph in _prose(layer)],
        Code(usage(layer)),
    ]
    if layer.fields:
        said = [(field.name, f"{meant[field.name].rstrip('.')} ({_takes(field)})") for field in layer.fields]
        blocks += [Heading("Arguments"), Rows(tuple(said), code=True)]
    if layer.formulas:
        blocks.append(Heading("Formulas"))
        blocks += [Chain(FIGURES[fact][1], (text,)) for fact, text in in_symbols(layer).items()]
        more = " + operations" if "elementwise_ops" in layer.formulas else ""
        blocks += [Chain("FLOPs", (f"2 × MACs{more}",))] if "macs" in layer.formulas else []
        blocks.append(Rows(tuple([(one.symbol, one.text) for one in meanings(layer)])))
    blocks += _example(layer)
    known = sources(layer.reference)
    if known:
        blocks += [Heading("Sources"), *[Text(text) for text in known]]
    return blocks


def torch_names(layer: type[Layer]) -> str:
    """`torch.nn.Conv1d, Conv2d, Conv3d`, from `nn.Conv{rank}d`."""
    full = layer.torch_name if layer.torch_name.startswith(("torch.", "torchvision.")) else f"torch.{layer.torch_name}"
    head, rank, _ = full.partition("{rank}")
    short = full.rpartition(".")[2]
    return ", ".join([full.format(rank=1), short.format(rank=2), short.format(rank=3)]) if rank and head else full


def _facts_line(layer: type[Layer]) -> str:
    """The family, how many inputs it takes, and what it is called elsewhere."""
    low, high = layer.inputs
    takes = {0: "no input", 1: "one input"}.get(low) if low == high else None
    if takes is None:
        takes = f"{low} inputs" if low == high else f"{low} inputs or more" if high is None else f"{low} to {high} inputs"
    takes = takes.replace("1 inputs", "1 input")
    elsewhere = [name for name, ours in LAYERS.items() if ours == layer.type_name]
    return f"{layer.family}; {takes}" + (f"; called elsewhere: {', '.join(elsewhere)}" if elsewhere else "")


def usage(layer: type[Layer]) -> str:
    """A line of a spec, with what may be left out in brackets."""
    words = [f.name if f.required else f"[{f.name}]" for f in layer.fields]
    if layer.joins:
        beside = "".join(
            f"\n  {word}: …" if word == f.name else f"\n  [{f.name}: …]" for word, f in zip(words, layer.fields, strict=True)
        )
        names = "name, name" if layer.inputs == (2, 2) else "name, name, …"
        return f"- {layer.type_name}: [{names}]{beside}"
    return f"- {layer.type_name}" + (f": {' '.join(words)}" if words else "")


def _takes(field: Field) -> str:
    """What may stand there, and what stands there if nothing is said."""
    words = {None: "none", True: "true", False: "false"}
    is_word = field.default is None or isinstance(field.default, bool)
    default = words[field.default] if is_word else str(field.default)
    return f"{field.kind.expects}; " + ("required" if field.required else f"default {default}")


def _prose(layer: type[Layer]) -> Iterator[str]:
    """The paragraphs of the docstring between its first line and the fields, then those of the private classes it is made of."""
    for kind in layer.__mro__:
        own = inspect.cleandoc(kind.__doc__ or "") if "__doc__" in kind.__dict__ else ""
        if kind is layer:
            paragraphs = own.split("\n\n")[1:]
        elif kind.__name__.startswith("_"):
            paragraphs = own.split("\n\n")
        else:
            continue
        for paragraph in paragraphs:
            if paragraph and paragraph.partition(": ")[0] not in layer.field_names:
                yield " ".join(paragraph.split())


# ---- the example ----


def example_graph(layer: type[Layer]) -> Graph:
    """The example of a type, compiled: a network of this one layer."""
    from archlens.spec.faults import Faults
    from archlens.spec.parse import parse_root, parse_spec

    source = Source(f"example of {layer.type_name}", _example_spec(layer))
    faults = Faults()
    return build(parse_spec(source, parse_root(source, faults), None, faults))


def _example_spec(layer: type[Layer]) -> str:
    from archlens.spec.shorthand import split

    sizes, arguments = layer.example
    inputs = [size.strip() for size in sizes.split(",") if size.strip()]
    names = ["input"] if len(inputs) < 2 else [f"input{i}" for i in range(1, len(inputs) + 1)]
    lines = ["archlens: 1", "inputs: {" + ", ".join(map(": ".join, zip(names, inputs or ["1"], strict=True))) + "}", "layers:"]
    if layer.joins:
        lines.append(f"  - {layer.type_name}: [{', '.join(names)}]")
        free = iter(layer.field_names)
        lines += [f"    {piece.field or next(free)}: {piece.text}" for piece in split(arguments)]
    else:
        lines.append(f"  - {layer.type_name}: {arguments}".rstrip())
        if len(inputs) > 1:
            lines.append(f"    from: [{', '.join(names)}]")
    return "\n".join(lines) + "\n"


def example_of(layer: type[Layer]) -> Explained:
    """The example of a type, explained."""
    from archlens.analysis.run import analyze

    graph = example_graph(layer)
    return explained(graph, analyze(graph), 0, None)


def _example(layer: type[Layer]) -> Iterator[Block]:
    sizes, arguments = layer.example
    if not layer.example[0] and layer.inputs != (0, 0):
        return
    on = " on " + " and ".join(size.strip().replace("x", "×") for size in sizes.split(",")) if sizes else ""
    yield Heading("Example", 2, f"{layer.type_name} {arguments}".rstrip() + on)
    for block in figure_blocks(example_of(layer)):
        yield block._replace(level=3) if isinstance(block, Heading) else block


def type_json(layer: type[Layer]) -> dict[str, Any]:
    """The object of a layer type."""
    first, meant = layer.documentation()
    return {
        "type": layer.type_name,
        "family": layer.family,
        "torch": torch_names(layer).split(", "),
        "what": first,
        "text": list(_prose(layer)),
        "inputs": layer.inputs,
        "arguments": [
            {
                "name": f.name,
                "kind": f.kind.name,
                "takes": f.kind.expects,
                "required": f.required,
                "default": f.default,
                "meaning": meant[f.name],
            }
            for f in layer.fields
        ],
        "formulas": [
            {"fact": fact, "formula": layer.formulas[fact], "symbols": text} for fact, text in in_symbols(layer).items()
        ],
        "symbols": [{"symbol": one.symbol, "meaning": one.text} for one in meanings(layer)],
        "example": {"sizes": layer.example[0], "arguments": layer.example[1], "explained": layer_json(example_of(layer))},
        "sources": sources(layer.reference),
    }
