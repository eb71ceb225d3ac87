"""Whether a frozen backbone stays as it is while a head is trained on it."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, percent, steady, verdict
from archlens.pytorch.lab.pictures import gratings
from archlens.pytorch.lab.stacks import stack

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.7"
CLAIM = "Feature extraction freezes the backbone and trains only a new classifier head on top."
CORRECTION = (
    "requires_grad=False freezes weights. The running mean and variance of batch norm are no weights: they follow the new data "
    "as long as the module is in train mode, and with them the features. To freeze those call eval() on the backbone. (In "
    "Keras trainable = False on a batch normalization does both.)"
)
SOURCE = "torch.nn.BatchNorm2d (track_running_stats); Keras guide, Transfer learning & fine-tuning, on BatchNormalization"

_SIDE, _CLASSES, _STEPS = 12, 4, 10


@steady
def measure() -> Measurement:
    """A small ResNet, its head trained for some steps on images brighter and of more contrast than those before."""
    images, kinds = gratings(64, _SIDE, _CLASSES)
    fresh = stack("Residual", 8, _SIDE, 8, _CLASSES)
    for _ in range(20):
        fresh(images)  # so that statistics are those of some data
    rows = [(mode, *_figures(copy.deepcopy(fresh), mode == "train()", images, kinds)) for mode in ("train()", "eval()")]
    table = Table(
        f"backbone frozen, head trained for {_STEPS} steps on brighter images: largest change, of the largest value",
        ("backbone in", "its weights", "its running statistics", "features of the same image", "head"),
        tuple(rows),
    )
    (_, weights, _, features, _), (_, _, _, still, _) = rows
    because = (
        f"in train mode the backbone's weights change by {percent(weights)} and the features it finds in an image by "
        f"{percent(features)}; in eval mode the features change by {percent(still)}"
    )
    return Measurement((table,), verdict(weights == 0, features == 0), because)


def _figures(network: nn.Module, train: bool, images: Tensor, kinds: Tensor) -> tuple[float, float, float, float]:
    head = network.get_submodule("head")
    network.requires_grad_(False)
    head.requires_grad_(True)
    before, features = _state(network), _features(network, images)
    network.train(train)
    optimizer = torch.optim.SGD(head.parameters(), 0.1)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        torch.autograd.backward(functional.cross_entropy(network(2 * images + 1), kinds))
        optimizer.step()
    after = _state(network)
    weights, statistics, trained = [apart(after[kind], before[kind]) for kind in ("weights", "statistics", "head")]
    return weights, statistics, apart(_features(network, images), features), trained


def _state(network: nn.Module) -> dict[str, Tensor]:
    """All values of a kind, one after the other."""
    found: dict[str, list[Tensor]] = {"weights": [], "statistics": [], "head": []}
    for name, value in network.named_parameters():
        found["head" if name.startswith("head") else "weights"].append(value.detach().flatten())
    for name, buffer in network.named_buffers():
        found["statistics"] += [buffer.flatten()] if name.endswith(("mean", "var")) else []
    return {kind: torch.cat(values) for kind, values in found.items()}


def _features(network: nn.Module, images: Tensor) -> Tensor:
    """What the head is given, statistics as they stand."""
    seen: list[Tensor] = []
    hook = network.get_submodule("head").register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    network.eval()(images)
    hook.remove()
    return seen[0]
