"""Graph → Analysis: each question asked of its own file, the answers put side by side."""

from __future__ import annotations

from typing import Any

from archlens.analysis.depth import longest_path
from archlens.analysis.expectations import check_expectations
from archlens.analysis.facts import Analysis, LayerFacts, Totals
from archlens.analysis.memory import Memory, activation_memory
from archlens.analysis.receptive_field import ReceptiveField, ReceptiveFields, receptive_fields
from archlens.analysis.training import Training
from archlens.analysis.trunk import trunk_of
from archlens.analysis.work import Work, Works
from archlens.graph.model import Graph
from archlens.layers.base import Layer
from archlens.layers.dtypes import FIGURES_DTYPE, value_bytes
from archlens.layers.keeping import INDEX_BYTES

__all__ = ["analyze"]


def analyze(graph: Graph, dtype: str = FIGURES_DTYPE) -> Analysis:
    """Every fact of `graph`. Never raises but for a dtype there is none of: a graph that could be built can be analysed."""
    each = value_bytes(dtype)
    works = Works()
    work = [works.of(node) for node in graph.nodes]
    fields = receptive_fields(graph)
    memory = activation_memory(graph, each, [done.held for done in work])
    layers = _layers(graph, work, fields, memory, each)
    integers = sum([done.integers for done, layer in zip(work, layers, strict=True) if layer.buffers])
    trunk = trunk_of(graph, fields.local)
    field = None if trunk.layer is None else fields.local[trunk.layer]
    totals = _totals(graph, layers, field, memory, dtype, integers)
    return Analysis(
        name=graph.name,
        spec=graph.spec,
        variant=graph.variant,
        inputs={name: graph.shapes[tensor] for name, tensor in graph.inputs.items()},
        outputs={name: graph.shapes[tensor] for name, tensor in graph.outputs.items()},
        totals=totals,
        layers=layers,
        expectations=check_expectations(graph, totals, layers),
        misalignments=fields.misalignments,
        meta=graph.meta,
        notes=graph.notes,
        peak=memory.peak,
        training=Training(graph, totals, each),
        trunk=trunk.layer,
        whole_from=trunk.whole,
        way=trunk.way,
    )


def _layers(graph: Graph, work: list[Work], fields: ReceptiveFields, memory: Memory, each: int) -> tuple[LayerFacts, ...]:
    names = [graph.nodes[producer].path if producer >= 0 else "" for producer in graph.producers]
    for name, tensor in graph.inputs.items():
        names[tensor] = name
    arguments: dict[Layer, dict[str, Any]] = {}
    found = []
    for node, done, local, strict, live in zip(graph.nodes, work, fields.local, fields.strict, memory.live, strict=True):
        layer = node.layer
        if layer not in arguments:
            arguments[layer] = layer.arguments
        owns = node.owner == node.path or not (done.params or done.buffers)
        found.append(
            LayerFacts(
                node.path,
                layer.type_name,
                layer.family,
                arguments[layer],
                tuple([names[i] for i in node.inputs]),
                node.output_shapes,
                done.parameter_shapes,
                done.params if owns else 0,
                done.buffers if owns else 0,
                node.trainable and done.params > 0,
                None if owns else node.owner,
                done.macs,
                done.flops,
                done.activations,
                local,
                strict,
                node.span,
                done.moved,
                each * done.params if owns else 0,
                each * done.activations,
                live,
            )
        )
    return tuple(found)


def _totals(
    graph: Graph, layers: tuple[LayerFacts, ...], field: ReceptiveField | None, memory: Memory, dtype: str, integers: int
) -> Totals:
    each = value_bytes(dtype)
    params = sum([layer.params for layer in layers])
    weighs = [layer.weighs for layer in layers]
    buffers, activations = sum([layer.buffers for layer in layers]), sum([layer.activations for layer in layers])
    depth = graph.meta.get("depth")
    return Totals(
        params=params,
        trainable_params=sum([layer.params for layer in layers if layer.trainable]),
        buffers=buffers,
        macs=sum([layer.macs for layer in layers]),
        flops=sum([layer.flops for layer in layers]),
        activations=activations,
        parameter_bytes=each * params,
        peak_activation_bytes=memory.peak.bytes,
        depth=longest_path(graph, weighs),
        weight_layers=sum(weighs),
        paper_depth=depth if isinstance(depth, int) else None,
        receptive_field=None if field is None else field.size,
        moved=sum([layer.moved for layer in layers]),
        dtype=dtype,
        buffer_bytes=each * (buffers - integers) + INDEX_BYTES * integers,
        activation_bytes=each * activations,
    )
