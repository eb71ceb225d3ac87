"""A graph run in torch, layer by layer, holding what liveness says: the most bytes alive, and what autograd keeps."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from archlens.graph.model import Graph, Node
from archlens.pytorch.storages import Live, storage_of

__all__ = ["measured_peak", "measured_saved"]

torch.set_num_threads(1)


def _runnable(node: Node) -> tuple[Callable[..., Any], nn.Module]:
    """The layer as torch runs it, and what holds its parameters."""
    layer, shapes = node.layer, node.input_shapes
    before = layer.torch_pad(*shapes)
    path = layer.torch_name.format(rank=max(1, len(shapes[0]) - 2)).split(".")
    target: Any = functools.reduce(getattr, path[1:] if path[0] == "torch" else path, torch)
    arguments = layer.torch_kwargs(*shapes)
    if target is torch.cat:
        return lambda *branches: torch.cat(branches, **arguments), nn.Module()
    if target in (torch.add, torch.mul):
        return lambda *branches: functools.reduce(target, branches), nn.Module()
    module = target(**arguments) if isinstance(target, type) else nn.Module()
    run = module if isinstance(target, type) else functools.partial(target, **arguments)
    return (lambda x: run(functional.pad(x, **before))) if before else run, module


def _run(graph: Graph, made: list[Any], held: dict[int, torch.Tensor]) -> None:
    """Every layer in order; a tensor is let go after the last layer that reads it."""
    end = len(graph.nodes)
    last = {tensor: step for step, node in enumerate(graph.nodes) for tensor in node.outputs}
    last |= dict.fromkeys(graph.inputs.values(), end)
    last |= {tensor: step for step, node in enumerate(graph.nodes) for tensor in node.inputs}
    last |= dict.fromkeys(graph.outputs.values(), end)
    for step, (node, (run, _)) in enumerate(zip(graph.nodes, made, strict=True)):
        found = run(*[held[tensor] for tensor in node.inputs])
        for tensor, value in zip(node.outputs, [found] if isinstance(found, torch.Tensor) else found, strict=True):
            held[tensor] = value
        del found, value
        for tensor in {*node.inputs, *node.outputs}:
            if last[tensor] == step:
                del held[tensor]


def measured_peak(graph: Graph, dtype: torch.dtype = torch.float32) -> int:
    """The most bytes of storages alive at once in an inference, parameters and buffers left out."""
    made = [_runnable(node) for node in graph.nodes]
    own = [value for _, module in made for value in (*module.eval().to(dtype).parameters(), *module.buffers())]
    held = {tensor: torch.randn(graph.shapes[tensor], dtype=dtype) for tensor in graph.inputs.values()}
    with torch.no_grad(), Live(held.values(), own) as live:
        _run(graph, made, held)
    return live.peak


def measured_saved(graph: Graph) -> int:
    """The bytes of distinct storages that autograd keeps from a forward pass in training mode."""
    made = [_runnable(node) for node in graph.nodes]
    for node, (_, module) in zip(graph.nodes, made, strict=True):
        module.train().requires_grad_(node.trainable)
    own = {storage_of(value) for _, module in made for value in (*module.parameters(), *module.buffers())}
    held = {tensor: torch.randn(graph.shapes[tensor]) for tensor in graph.inputs.values()}
    saved: dict[int, int] = {}
    alive: list[torch.Tensor] = []  # so that no storage is freed and its number used again

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        alive.append(tensor)
        saved[storage_of(tensor)] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        _run(graph, made, held)
    return sum(size for key, size in saved.items() if key not in own)
