"""Whether PyTorch's convolution flips its kernel, and whether that matters to a layer that learns."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from archlens.analysis.lesson import Measurement, Table
from archlens.pytorch.lab.apparatus import apart, steady, told, verdict

__all__ = ["CLAIM", "CORRECTION", "SECTION", "SOURCE", "measure"]

SECTION = "12.2"
CLAIM = (
    "What deep-learning libraries call convolution is cross-correlation: the kernel is not flipped. It makes no difference, "
    "because the weights are learned."
)
CORRECTION = "To a kernel that is given (a Sobel filter, weights from another library) it does make a difference."
SOURCE = "Goodfellow, Bengio & Courville 2016, Deep Learning, section 9.1; torch.nn.Conv2d"


@steady
def measure() -> Measurement:
    """An asymmetric kernel on a lone 1; random images; kernels fitted to what a true convolution puts out."""
    kernel, lone = torch.arange(1.0, 10).reshape(3, 3), torch.zeros(3, 3)
    lone[1, 1] = 1
    pictures = [kernel, _library(lone, kernel), _convolution(lone, kernel)]
    seen = Table(
        "an asymmetric kernel, and the map of an image of zeros with a 1 in its middle",
        ("kernel", "PyTorch's conv2d", "true convolution"),
        tuple([tuple([" ".join([f"{value:.0f}" for value in row]) for row in rows]) for rows in zip(*pictures, strict=True)]),
    )
    image, kernel = torch.randn(12, 12), torch.randn(3, 3)
    library, true = _library(image, kernel), _convolution(image, kernel)
    plain, flipped = apart(library, true), apart(_library(image, kernel.flip(0, 1)), true)
    patches = functional.unfold(image[None, None], 3, padding=1)[0].T  # a patch a row, as the library multiplies it
    learned = torch.linalg.lstsq(patches, true.flatten()).solution.reshape(3, 3)
    fit, mirrored = apart(_library(image, learned), true), apart(learned, kernel.flip(0, 1))
    figures = Table(
        "a random image and kernel (largest difference, of the largest value)",
        ("compared", "with", "difference"),
        (
            ("conv2d", "cross-correlation, summed cell by cell", apart(library, _correlation(image, kernel))),
            ("conv2d", "true convolution", plain),
            ("conv2d with the kernel flipped", "true convolution", flipped),
            ("conv2d, kernel fitted to the next", "true convolution", fit),
            ("the fitted kernel", "the kernel flipped", mirrored),
        ),
    )
    because = (
        f"conv2d and a true convolution differ by {told(plain)}, with the kernel flipped by {told(flipped)}; a kernel fitted to "
        f"what the true convolution puts out misses it by {told(fit)} and differs from the flipped one by {told(mirrored)}"
    )
    same = figures.rows[0][2] == 0
    return Measurement((seen, figures), verdict(same, plain > 0 and flipped == 0, fit == 0), because)


def _library(image: Tensor, kernel: Tensor) -> Tensor:
    return functional.conv2d(image[None, None], kernel[None, None], padding=1)[0, 0]


def _correlation(image: Tensor, kernel: Tensor) -> Tensor:
    """Every cell the sum of the patch under the kernel times the kernel."""
    padded = functional.pad(image, (1, 1, 1, 1))
    cells = [(padded[i : i + 3, j : j + 3] * kernel).sum() for i in range(image.shape[0]) for j in range(image.shape[1])]
    return torch.stack(cells).reshape(image.shape)


def _convolution(image: Tensor, kernel: Tensor) -> Tensor:
    """As signal processing defines it: every pixel puts down a copy of the kernel, times its value, and copies add up."""
    out = torch.zeros(image.shape[0] + 2, image.shape[1] + 2)
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            out[i : i + 3, j : j + 3] += image[i, j] * kernel
    return out[1:-1, 1:-1]
