"""How many parameters a layer or a block has."""

from __future__ import annotations

from random import Random

from archlens.chapter import small
from archlens.chapter.quiz.asking import asked_about, indented, real_layer, worked
from archlens.chapter.quiz.question import Question
from archlens.network import Network

__all__ = ["draw"]


def draw(random: Random, level: str) -> Question:
    """easy: one layer. medium: groups, no bias, batch normalization, layers of real networks. hard: a whole block."""
    if level == "medium" and random.random() < 0.5:
        real = real_layer(random, "convolution", "linear", "normalization")
        network = real.network
        params = {layer.path: layer.params for layer in network.analyze().layers}[real.path]
        prompt = f"{asked_about(real)} How many parameters does it have?"
        return Question("params", level, prompt, params, worked(network, real.path, "Parameters"))
    if level == "hard":
        input, name, lines = _block(random)
        network = small.network(input, *lines)
        prompt = f"How many parameters does this have?\n\n{indented(f'input: {input}', *[f'- {line}' for line in lines])}"
        return Question("params", level, prompt, network.analyze().totals.params, _sum_of(network))
    input, line = _easy(random) if level == "easy" else _medium(random)
    network = small.network(input, line)
    name = line.partition(":")[0]
    prompt = f"How many parameters does this layer have?\n\n{indented(f'input: {input}', f'- {line}')}"
    return Question("params", level, prompt, network.analyze().totals.params, worked(network, name, "Parameters"))


def _easy(random: Random) -> tuple[str, str]:
    channels, out = random.choice((1, 3, 16, 32, 64)), random.choice((6, 16, 32, 64, 128))
    if random.random() < 0.25:
        features = random.choice((120, 400, 512, 1024, 2048))
        return str(features), f"linear: {random.choice((10, 84, 100, 1000))}"
    kernel = random.choice((1, 3, 5, 7))
    return f"{channels}x32x32", f"conv: {out} {kernel}x{kernel}"


def _medium(random: Random) -> tuple[str, str]:
    channels, kernel = random.choice((32, 64, 96, 128)), random.choice((3, 5))
    input = f"{channels}x28x28"
    kind = random.choice(("grouped", "bare", "depthwise", "norm", "transposed"))
    if kind == "grouped":
        return input, f"conv: {2 * channels} {kernel}x{kernel} same groups={random.choice((2, 4, 8))}"
    if kind == "bare":
        return input, f"conv: {2 * channels} {kernel}x{kernel} same bias=false"
    if kind == "depthwise":
        return input, f"depthwise_conv: {kernel}x{kernel} same"
    return input, "batch_norm" if kind == "norm" else f"conv_transpose: {channels // 2} 2x2 /2"


def _block(random: Random) -> tuple[str, str, list[str]]:
    width = random.choice((16, 32, 64))
    kind = random.choice(("bottleneck", "separable", "head"))
    if kind == "bottleneck":
        lines = [
            f"conv: {width} 1x1 bias=false",
            "batch_norm",
            f"conv: {width} 3x3 same bias=false",
            "batch_norm",
            f"conv: {4 * width} 1x1 bias=false",
            "batch_norm",
        ]
        return f"{4 * width}x14x14", kind, lines
    if kind == "separable":
        lines = ["depthwise_conv: 3x3 same bias=false", "batch_norm", "relu", f"conv: {2 * width} 1x1 bias=false", "batch_norm"]
        return f"{width}x28x28", kind, lines
    side = random.choice((5, 6, 7))
    return f"{width}x{side}x{side}", kind, ["flatten", f"linear: {random.choice((120, 256, 512))}", "relu", "linear: 10"]


def _sum_of(network: Network) -> str:
    """Every layer with parameters, its formula in one line, and the sum."""
    parts = []
    for layer in network.analyze().layers:
        if layer.params:
            text = worked(network, layer.path, "Parameters").splitlines()
            parts.append(f"{layer.path:<16} {layer.params:>10,}   {text[2].strip().removeprefix('= ')}")
    total = network.analyze().totals.params
    return "\n".join(["Parameters", *[f"  {part}" for part in parts], f"  {'together':<16} {total:>10,}"])
