"""ResNet-50's parameters and MACs as torchinfo or fvcore count them: `python benchmarks/peers.py fvcore`.

The network is written here in plain torch: importing torchvision would only make these tools slower.
"""

from __future__ import annotations

import logging
import sys

import torch
from torch import Tensor, nn


def conv_bn(channels: int, out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution without bias and its batch norm."""
    return nn.Sequential(nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(out))


class Bottleneck(nn.Module):
    """The residual block of ResNet-50, stride on the 3x3."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.main = nn.Sequential(
            *conv_bn(channels, width, 1),
            nn.ReLU(inplace=True),
            *conv_bn(width, width, 3, stride),
            nn.ReLU(inplace=True),
            *conv_bn(width, 4 * width, 1),
        )
        same = stride == 1 and channels == 4 * width
        self.shortcut: nn.Module = nn.Identity() if same else conv_bn(channels, 4 * width, 1, stride)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """The sum of both branches, rectified."""
        return self.relu(self.main(x) + self.shortcut(x))  # type: ignore[no-any-return]


def resnet50() -> nn.Sequential:
    """ResNet-50 (v1.5): 25,557,032 parameters, 4,089,184,256 MACs at 224x224."""
    layers: list[nn.Module] = [conv_bn(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for turn in range(depth):
            layers.append(Bottleneck(channels, width, stride if turn == 0 else 1))
            channels = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000))


def main() -> None:
    """Print what the tool named on the command line counts."""
    model = resnet50().eval()
    if sys.argv[1] == "torchinfo":
        import torchinfo

        summary = torchinfo.summary(model, input_size=(1, 3, 224, 224), verbose=0)
        print(summary.total_params, summary.total_mult_adds)
    else:
        from fvcore.nn import FlopCountAnalysis, parameter_count

        logging.disable(logging.WARNING)
        print(parameter_count(model)[""], FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224)).total())


if __name__ == "__main__":
    main()
