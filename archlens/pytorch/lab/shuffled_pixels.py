"""Who notices that the pixels of all images were shuffled in the same way: an MLP, a CNN."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import percent, rounded, steady, told, verdict
from archlens.pytorch.lab.pictures import gratings

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.1"
CLAIM = (
    "Flattening an image throws away spatial structure: an MLP no longer knows which pixels are neighbours. A CNN keeps the 2D "
    "grid."
)
CORRECTION = (
    "Nothing is lost from the data; what is lost is the knowledge of it. To an MLP every order of the pixels is the same "
    "problem, so it cannot gain from the right one."
)
SOURCE = "Goodfellow, Bengio & Courville 2016, Deep Learning, sections 9.2 and 9.4"

_SIDE, _CLASSES, _SEEN, _STEPS = 10, 4, 48, 60


@steady
def measure() -> Measurement:
    """Both train on gratings and on the same shuffled; the shuffled MLP starts from the same weights, moved with the pixels."""
    images, kinds = gratings(_SEEN, _SIDE, _CLASSES)
    others, theirs = gratings(256, _SIDE, _CLASSES)
    order = torch.randperm(_SIDE**2)
    mlp = nn.Sequential(nn.Flatten(), nn.Linear(_SIDE**2, 32), nn.ReLU(), nn.Linear(32, _CLASSES))
    cnn = nn.Sequential(
        *[nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()],
        *[nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, _CLASSES)],
    )
    losses, right = {}, {}
    for name, net in (("MLP", mlp), ("CNN", cnn)):
        for shuffled in (False, True):
            twin = copy.deepcopy(net)
            first = twin[1]
            if shuffled and isinstance(first, nn.Linear):
                first.weight.data = first.weight.data[:, order]
            seen, unseen = [_shuffled(one, order) if shuffled else one for one in (images, others)]
            losses[name, shuffled] = _trained(twin, seen, kinds)
            right[name, shuffled] = float((twin(unseen).argmax(1) == theirs).double().mean())
    rows = [
        (name, "shuffled" if shuffled else "as they are", loss[0], loss[-1], 100 * right[name, shuffled])
        for (name, shuffled), loss in losses.items()
    ]
    table = Table(
        f"{_STEPS} steps on {_SEEN} gratings of {_CLASSES} directions, tested on 256 others; one order for all images",
        ("net", "pixels", "loss at first", "loss at last", "test accuracy %"),
        tuple(rows),
    )
    apart = rounded(max([abs(a - b) for a, b in zip(losses["MLP", False], losses["MLP", True], strict=True)]))
    because = (
        f"in {_STEPS} steps the losses of the two MLPs differ by at most {told(apart)}, and of the test images they get "
        f"{percent(right['MLP', False])} and {percent(right['MLP', True])} right; the CNNs {percent(right['CNN', False])} and, "
        f"shuffled, {percent(right['CNN', True])}"
    )
    return Measurement((table,), verdict(apart == 0, right["CNN", False] > right["CNN", True] + 0.05), because)


def _shuffled(images: Tensor, order: Tensor) -> Tensor:
    return images.flatten(1)[:, order].reshape(images.shape)


def _trained(net: nn.Module, images: Tensor, kinds: Tensor) -> list[float]:
    """Losses at every step, over all images."""
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    losses = []
    for _ in range(_STEPS):
        loss = functional.cross_entropy(net(images), kinds)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    return losses
