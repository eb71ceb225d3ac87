"""Tools that count by hooks on modules, run on the network as a person would have written it, to hold policies to."""

# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from importlib import import_module, metadata
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.analysis.policies.rules import Policy
from archlens.graph.model import Graph
from archlens.pytorch.attention import MultiheadAttention
from archlens.pytorch.build import BuiltNetwork, build, first_line, module_name
from archlens.pytorch.devices import example_inputs
from archlens.pytorch.trace import quiet

__all__ = ["count_by_peer"]


def count_by_peer(graph: Graph, policy: Policy, device: str) -> int | str:
    """What the tool that `policy` follows counts for `graph`, run on `device`; or why it was not asked, or has no answer."""
    name, wanted = policy.name, policy.version.partition(",")[0]
    if name not in _PEERS:
        return f"{name} does not read networks of PyTorch"
    if device == "meta":
        return f"{name} needs values, so it cannot count on meta"
    try:
        installed = metadata.version(name).replace("-", ".post")  # two spellings of one version
        with quiet():
            tool = import_module(name)
    except metadata.PackageNotFoundError:
        return f"{name} is not installed; pip install {name}=={wanted}"
    except Exception as error:  # noqa: BLE001 - whatever another's module does while it is imported
        return f"{name} cannot be imported: {first_line(error)}"
    if installed != wanted:
        return f"{name} {installed} is installed, and the policy follows {wanted}"
    try:
        with quiet(), contextlib.redirect_stdout(io.StringIO()) as said:
            found = _PEERS[name](tool, _by_hand(graph, device), example_inputs(graph, torch.device(device), torch.float32))
    except Exception as error:  # noqa: BLE001 - and while it counts
        return f"{name} fails on this network: {first_line(error)}"
    return int(found) if found is not None else f"{name} fails on this network: {said.getvalue().strip().rpartition(chr(10))[2]}"


def _ptflops(tool: Any, network: BuiltNetwork, inputs: list[Tensor]) -> Any:
    """Its total; None where it gives up, which it says on stdout."""
    given = dict(zip(network.inputs, inputs, strict=True))
    return tool.get_model_complexity_info(
        network, (1,), print_per_layer_stat=False, as_strings=False, input_constructor=lambda _: given
    )[0]


def _thop(tool: Any, network: BuiltNetwork, inputs: list[Tensor]) -> Any:
    return tool.profile(network, tuple(inputs), verbose=False)[0]


_PEERS: Mapping[str, Callable[[Any, BuiltNetwork, list[Tensor]], Any]] = {"ptflops": _ptflops, "thop": _thop}


# ---- the network as a person writes it: hooks are only on modules of exactly torch's own classes ----


def _by_hand(graph: Graph, device: str) -> BuiltNetwork:
    """The network with torch's own modules where archlens derives classes from them, and zeros for parameters."""
    network = build(graph, "meta").to_empty(device=device).eval()
    for value in network.state_dict().values():
        value.zero_()
    for at, step in enumerate(network.steps):
        module = _plain(step.module)
        network.steps[at] = step._replace(module=module)
        scope, _, name = module_name(step.path).rpartition(".")
        network.get_submodule(scope)._modules[name] = module
    return network


def _plain(module: nn.Module) -> nn.Module:
    if hasattr(module, "border"):
        return _Bordered(module)
    if isinstance(module, MultiheadAttention):
        return _Attention(module)
    return _Recurrence(module) if isinstance(module, nn.RNNBase) else module


class _Inner(nn.Module):
    """A module of torch's own class within another."""

    inner: Any

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        module.__class__ = type(module).__bases__[0]
        self.inner = module


class _Bordered(_Inner):
    def forward(self, x: Tensor) -> Any:
        return self.inner(functional.pad(x, **self.inner.border))


class _Recurrence(_Inner):
    def forward(self, x: Tensor) -> Any:
        y, states = self.inner(x)
        last = -2 if self.inner.bidirectional else -1  # directions side by side
        return y, *[torch.cat([*state[last:]], dim=-1) for state in (states if isinstance(states, tuple) else (states,))]


class _Attention(_Inner):
    def forward(self, query: Tensor, key: Tensor | None = None, value: Tensor | None = None) -> Any:
        key = query if key is None else key
        value = key if value is None else value
        lead = query.shape[:-2]
        flat = [x.expand(*lead, *x.shape[-2:]).flatten(0, -3) for x in (query, key, value)]
        mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device).triu(1)
        return self.inner(*flat, need_weights=False, attn_mask=mask if self.inner.is_causal else None)[0].unflatten(0, lead)
