"""Graph → the PyTorch file that a person would have written: blocks as classes, repeats as loops, nothing of archlens."""

from __future__ import annotations

import inspect
import os
import re
import textwrap
from collections.abc import Iterator, Mapping

from archlens.errors import printable
from archlens.graph.model import Graph, title
from archlens.layers.dims import Shape, show
from archlens.pytorch import helpers
from archlens.pytorch.build import build
from archlens.pytorch.counterparts import resolve
from archlens.pytorch.devices import tables
from archlens.pytorch.export.bodies import Function, Loop, Make, Maker, Step
from archlens.pytorch.export.classes import classes_of
from archlens.pytorch.export.closing import closing_lines
from archlens.pytorch.export.layout import WIDTH, Text, call, laid_out, literal
from archlens.pytorch.export.names import fresh, is_plain, snake
from archlens.pytorch.export.source import class_lines
from archlens.pytorch.export.tree import Tree

__all__ = ["HEADER", "export"]

HEADER = "# Written by archlens export"
"""How every exported file begins."""


def export(graph: Graph) -> str:
    """The text of a Python file whose last class is the network, with the names, shapes and outputs of `build(graph)`.

    Raises UsageError where `build` does.
    """
    build(graph, "meta")
    tree = Tree(graph)
    classes = classes_of(tree)
    known = {one.name: one for one in classes}
    *inner, root = classes
    parts = [class_lines(one, known) for one in inner]
    parts.append(class_lines(root, known, _inputs(graph), _docstring(graph), tuple(closing_lines(tree))))
    written = "\n\n\n".join(["\n".join(lines) for lines in [*parts, _main(graph, root.name)]])
    targets = dict.fromkeys([target for one in classes for target in _targets(one.body.steps)])
    wanted = [name for name in (*targets, "share") if name in helpers.__all__ and _says(written, rf"{name}\(")]
    body = "\n\n\n".join([*[inspect.getsource(resolve(name)).rstrip("\n") for name in wanted], written])
    where = f"{printable(os.path.basename(graph.spec))}{f', variant {printable(graph.variant)}' if graph.variant else ''}"
    return f"{HEADER} from {where}.\n\n{_imports(body, targets)}\n\n\n{body}\n"


def _inputs(graph: Graph) -> tuple[str, ...]:
    """What the network's `forward` calls its inputs: as the spec does; `x` the one that has no name there."""
    if [*graph.inputs] == ["input"]:
        return ("x",)
    names: list[str] = []
    for name in graph.inputs:
        wished = name if is_plain(name) else snake(name) or "x"
        names.append(fresh(wished, names, (f"{wished}_",)))
    return tuple(names)


def _docstring(graph: Graph) -> tuple[str, ...]:
    """Name, parameters, what goes in and comes out."""
    params = sum([node.layer.params(*node.input_shapes) for node in graph.nodes if node.owner == node.path])
    name = printable(title(graph.name, graph.variant)).strip()
    lines = [f"{name}: {params:,} parameters.", ""]
    for word, of in (("In", graph.inputs), ("Out", graph.outputs)):
        sizes = ", ".join([_told(name, graph.shapes[tensor]) for name, tensor in of.items()])
        lines += textwrap.wrap(f"{word}: {sizes}.", WIDTH - 4)
    first, *rest = [line.replace("\\", "/").replace('"', "'") for line in lines]
    return (f'    """{first}', *[f"    {line}".rstrip() for line in rest], '    """')


def _told(name: str, shape: Shape) -> str:
    return show(shape) if name in ("input", "output") else f"{printable(name)} {show(shape)}"


def _targets(steps: tuple[Step, ...]) -> Iterator[str]:
    """The classes and functions that the steps call."""
    for one in steps:
        if isinstance(one.runs, Function):
            yield one.runs.target
        else:
            yield from _made(one.runs)


def _made(maker: Maker) -> Iterator[str]:
    if isinstance(maker, Make):
        yield maker.target
    elif isinstance(maker, Loop):
        yield from _made(maker.maker)
    else:
        yield from _targets(maker.steps)


def _imports(body: str, targets: Mapping[str, None]) -> str:
    """The imports that the text needs."""
    others = {
        target.rpartition(".")[0] for target in targets if "." in target and target.partition(".")[0] not in ("torch", "nn")
    }
    standard = [
        *(["import math"] if _says(body, r"math\.") else []),
        *(["from collections import OrderedDict"] if _says(body, r"OrderedDict\(") else []),
    ]
    names = [name for name in ("Tensor", "nn") if _says(body, rf"{name}\b")]
    ours = ["import torch", f"from torch import {', '.join(names)}"]
    if _says(body, r"functional\."):
        ours.append("from torch.nn import functional")
    return "\n".join([*standard, *([""] if standard else []), *[f"import {other}" for other in sorted(others)], *ours])


def _says(text: str, start: str) -> bool:
    """Whether a word of the text begins so."""
    return re.search(rf"(?<![\w.]){start}", text) is not None


def _main(graph: Graph, name: str) -> list[str]:
    """What the file does when it is run."""
    samples: list[Text] = []
    most = tables(graph)
    for tensor in graph.inputs.values():
        shape = graph.shapes[tensor]
        if tensor in most:
            samples.append(call("torch.randint", (str(most[tensor]), literal(shape))))
        else:
            samples.append(call("torch.randn", map(str, shape)))
    lines = ['if __name__ == "__main__":', f"    model = {name}().eval()", "    with torch.no_grad():"]
    lines += laid_out(call("model", samples), 8, "output = " if len(graph.outputs) == 1 else "outputs = ")
    lines.append("    params = sum(p.numel() for p in model.parameters())")
    if len(graph.outputs) == 1:
        return [*lines, '    print(f"{params:,} parameters, output {tuple(output.shape)}")']
    lines.append("    shapes = [tuple(output.shape) for output in outputs]")
    return [*lines, '    print(f"{params:,} parameters, outputs {shapes}")']
