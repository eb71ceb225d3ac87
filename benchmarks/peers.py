"""The MACs of a network as another tool counts them: `python benchmarks/peers.py TOOL [MODEL]` prints the number.

MODEL is one of torchvision's. Without it, it is ResNet-50, written here in plain torch: importing torchvision would only
make the tools slower. Prints `missing: ...` where the tool cannot be imported, and 0 for `none`, which builds and does not count.
"""

from __future__ import annotations

import importlib
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

SIZE = (1, 3, 224, 224)


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


def model_named(name: str) -> nn.Module:
    """A network of torchvision for inference. Its weights are zeros: drawing them would only take time."""
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    vision = importlib.import_module("tests.layers.vision").torchvision()
    if vision is None:
        raise ImportError("No module named 'torchvision'")
    with torch.device("meta"):
        model: nn.Module = getattr(vision.models, name)()
    model.to_empty(device="cpu").eval()
    for tensor in [*model.parameters(), *model.buffers()]:
        tensor.detach().zero_()  # so that they lie in memory
    return model


def by_flop_counter(model: nn.Module) -> float:
    """torch's own counter, as it is found: two FLOPs a MAC."""
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(torch.zeros(SIZE))
    return float(counter.get_total_flops()) / 2


def by_flop_counter_math(model: nn.Module) -> float:
    """torch's own counter, attention composed of the matrix products that it has formulas for."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    torch.backends.mha.set_fastpath_enabled(False)
    with sdpa_kernel(SDPBackend.MATH):
        return by_flop_counter(model)


def by_torchinfo(model: nn.Module) -> float:
    """What it calls mult-adds."""
    import torchinfo

    return float(torchinfo.summary(model, input_size=SIZE, verbose=0).total_mult_adds)


def by_fvcore(model: nn.Module) -> float:
    """What it calls FLOPs are MACs: it counts a fused multiply and add as one."""
    from fvcore.nn import FlopCountAnalysis

    logging.disable(logging.WARNING)
    return float(FlopCountAnalysis(model, torch.zeros(SIZE)).total())


def by_ptflops(model: nn.Module, backend: str = "pytorch") -> float:
    """MACs, by the back end that it takes by itself."""
    import ptflops

    macs, _ = ptflops.get_model_complexity_info(model, SIZE[1:], as_strings=False, print_per_layer_stat=False, backend=backend)
    return float(macs)


def by_ptflops_aten(model: nn.Module) -> float:
    """MACs, by its other back end."""
    return by_ptflops(model, "aten")


def by_thop(model: nn.Module) -> float:
    """MACs."""
    import thop

    return float(thop.profile(model, inputs=(torch.zeros(SIZE),), verbose=False)[0])


def by_calflops(model: nn.Module) -> float:
    """MACs, which it gives beside FLOPs."""
    import calflops

    _, macs, _ = calflops.calculate_flops(model, SIZE, print_results=False, output_as_string=False)
    return float(macs)


def by_torchlens(model: nn.Module) -> float:
    """MACs of a trace that keeps no values."""
    import torchlens

    return float(torchlens.trace(model, torch.zeros(SIZE), save=None).total_macs_forward)


TOOLS: dict[str, Callable[[nn.Module], float]] = {
    "none": lambda model: 0,
    "FlopCounterMode": by_flop_counter,
    "FlopCounterMode-math": by_flop_counter_math,
    "torchinfo": by_torchinfo,
    "fvcore": by_fvcore,
    "ptflops": by_ptflops,
    "ptflops-aten": by_ptflops_aten,
    "thop": by_thop,
    "calflops": by_calflops,
    "torchlens": by_torchlens,
}


def main() -> None:
    """Print what the tool named on the command line counts."""
    tool, *model = sys.argv[1:]
    warnings.simplefilter("ignore")
    try:
        print(int(TOOLS[tool](model_named(model[0]) if model else resnet50().eval())))
    except ImportError as error:
        print(f"missing: {error}")


if __name__ == "__main__":
    main()
