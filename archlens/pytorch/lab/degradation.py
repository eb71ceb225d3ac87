"""Whether deeper plain networks train worse, whether their gradients vanish, what shortcuts change; by training some."""

from __future__ import annotations

from statistics import mean, median
from typing import NamedTuple

import torch
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import percent, steady, told, verdict
from archlens.pytorch.lab.pictures import gratings
from archlens.pytorch.lab.stacks import Kind, convolutions, stack

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.6"
CLAIM = (
    "Plain deep nets got worse, not from overfitting, but because gradients vanish and the optimizer cannot even drive "
    "training error down. Skip connections solve it, so adding layers never hurts."
)
CORRECTION = (
    "The training error does rise with depth. But with batch norm, as in the nets it was found in, gradients do not vanish; "
    "the cause is left open there. Nor is more depth with shortcuts always better: on CIFAR-10 1,202 layers did worse (7.93 %) "
    "than 110 (6.43 %)."
)
SOURCE = "He, Zhang, Ren & Sun 2016, Deep residual learning, arXiv:1512.03385, sections 4.1 and 4.2"

_SIDE, _WIDTH, _CLASSES, _IMAGES, _BATCH = 12, 8, 8, 256, 64
_DEPTHS, _STEPS, _LAST = (8, 32), 60, 10
_VANISHED = 0.01


class _Run(NamedTuple):
    """Mean loss and error over the last steps; gradient of the first block's weights, divided by that of the last one's."""

    loss: float
    error: float
    at_first: float
    median: float


@steady
def measure() -> Measurement:
    """Gratings of 8 directions in noise; every net is trained alike, by SGD with momentum, with batch norm in all of them."""
    images, kinds = gratings(_IMAGES, _SIDE, _CLASSES)
    batches = torch.randint(_IMAGES, (_STEPS, _BATCH))
    runs = {
        (name, depth): _trained(name, depth, images.float(), kinds, batches)
        for name in ("Plain", "Residual")
        for depth in _DEPTHS
    }
    table = Table(
        f"trained for {_STEPS} steps; loss and error are those of training, over the last {_LAST} steps; gradient: its norm "
        "at the first block's weights, divided by that at the last block's",
        ("net", "layers", "loss", "error %", "gradient at step 1", "median"),
        tuple(
            [(name.lower(), depth, run.loss, 100 * run.error, run.at_first, run.median) for (name, depth), run in runs.items()]
        ),
    )
    shallow, deep = [runs["Plain", depth] for depth in _DEPTHS]
    short, long = [runs["Residual", depth] for depth in _DEPTHS]
    vanished = min(deep.at_first, deep.median) < _VANISHED
    because = (
        f"from {_DEPTHS[0]} to {_DEPTHS[1]} layers the training error of the plain net goes from {percent(shallow.error)} to "
        f"{percent(deep.error)}, that of the residual one from {percent(short.error)} to {percent(long.error)}; in the deep "
        f"plain net the gradient at the first block is {told(deep.at_first)} times that at the last one before training, "
        f"{told(deep.median)} times in the median of all steps"
    )
    parts = (deep.loss > shallow.loss, vanished, long.loss < deep.loss, long.error <= short.error)
    return Measurement((table,), verdict(*parts), because)


def _trained(kind: Kind, depth: int, images: torch.Tensor, kinds: torch.Tensor, batches: torch.Tensor) -> _Run:
    network = stack(kind, depth, _SIDE, _WIDTH, _CLASSES, torch.float32)
    first, *_, last = convolutions(network)[1:]
    optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9)
    losses, errors, ratios = [], [], []
    for batch in batches:
        scores = network(images[batch])
        loss = functional.cross_entropy(scores, kinds[batch])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        norms = [one.weight.grad.norm().item() for one in (first, last) if one.weight.grad is not None]
        optimizer.step()
        losses.append(loss.item())
        errors.append((scores.argmax(1) != kinds[batch]).double().mean().item())
        ratios.append(norms[0] / norms[1])
    return _Run(mean(losses[-_LAST:]), mean(errors[-_LAST:]), ratios[0], median(ratios))
