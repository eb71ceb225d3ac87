"""Trace → Analysis: what was measured, in the type of what was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from archlens.analysis.facts import Analysis, LayerFacts
from archlens.analysis.memory import Peak
from archlens.analysis.traced import TracedLayer
from archlens.analysis.training import Training
from archlens.graph.model import Graph, Node
from archlens.layers.dims import Shape
from archlens.layers.dtypes import value_bytes
from archlens.layers.keeping import INDEX_BYTES

__all__ = ["measured_analysis"]


def measured_analysis(
    graph: Graph, static: Analysis, traced: Sequence[TracedLayer], flops: Mapping[str, int], peak: int
) -> Analysis:
    """The facts of a run: sizes, parameters, operations and memory are measured, the rest is what the spec says.

    traced: in the order of `graph.nodes`. flops: by path; of matrix products and convolutions alone, 2 a multiply–accumulate.
    peak: bytes. Receptive fields are not measured here (None), nor what is alive at the peak; nothing is expected.
    """
    each = value_bytes(static.totals.dtype)
    rows = [*zip(graph.nodes, static.layers, traced, strict=True)]
    layers = tuple([_layer(node, said, ran, flops.get(node.path, 0), each) for node, said, ran in rows])
    integers = sum([ran.values_of([name]) for node, _, ran in rows for name in node.layer.integer_buffers if name in ran.buffers])
    params, buffers = sum([layer.params for layer in layers]), sum([layer.buffers for layer in layers])
    totals = static.totals._replace(
        params=params,
        trainable_params=sum([ran.values_of({*ran.parameters} - ran.frozen) for ran in traced]),
        buffers=buffers,
        macs=sum([layer.macs for layer in layers]),
        flops=sum([layer.flops for layer in layers]),
        activations=sum([layer.activations for layer in layers]),
        parameter_bytes=each * params,
        buffer_bytes=each * (buffers - integers) + INDEX_BYTES * integers,
        peak_activation_bytes=peak,
        activation_bytes=each * sum([layer.activations for layer in layers]),
        moved=sum([layer.moved for layer in layers]),
        receptive_field=None,
    )
    at = next((ran.path for ran in traced if ran.peak_bytes == peak), None)
    return static._replace(
        outputs={name: _shape_of(graph, layers, tensor) for name, tensor in graph.outputs.items()},
        totals=totals,
        layers=layers,
        expectations=(),
        misalignments=(),
        notes=(),
        peak=Peak(peak, at, ()),
        training=Training(graph, totals, each),
        trunk=None,
        whole_from=None,
        way=(),
    )


def _layer(node: Node, said: LayerFacts, ran: TracedLayer, flops: int, each: int) -> LayerFacts:
    params, activations = ran.values_of(ran.parameters), sum(map(prod, ran.outputs))
    learned = sum(map(prod, ran.parameters.values()))
    return said._replace(
        output_shapes=ran.outputs,
        parameter_shapes=ran.parameters,
        params=params,
        buffers=ran.values_of(ran.buffers),
        trainable=bool({*ran.parameters} - ran.frozen),
        shared_with=next(iter(ran.borrowed.values()), None),
        macs=flops // 2,
        flops=flops,
        activations=activations,
        receptive_field=None,
        strict_field=None,
        moved=0 if node.layer.is_view else sum(map(prod, node.input_shapes)) + learned + activations,
        parameter_bytes=each * params,
        activation_bytes=each * activations,
        live_bytes=ran.peak_bytes,
    )


def _shape_of(graph: Graph, layers: Sequence[LayerFacts], tensor: int) -> Shape:
    """The size of a tensor as it was made."""
    producer = graph.producers[tensor]
    if producer < 0:
        return graph.shapes[tensor]
    return layers[producer].output_shapes[graph.nodes[producer].outputs.index(tensor)]
