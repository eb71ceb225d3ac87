"""How many multiply–accumulates a layer or a block takes."""

from __future__ import annotations

from random import Random

from archlens.chapter import small
from archlens.chapter.quiz.asking import asked_about, indented, real_layer, worked
from archlens.chapter.quiz.question import Question
from archlens.network import Network

__all__ = ["draw"]


def draw(random: Random, level: str) -> Question:
    """easy: one convolution that keeps the map. medium: strides, groups, layers of real networks. hard: a separable block."""
    if level == "medium" and random.random() < 0.5:
        real = real_layer(random, "convolution", "linear")
        macs = {layer.path: layer.macs for layer in real.network.analyze().layers}[real.path]
        prompt = f"{asked_about(real)} How many multiply–accumulates does it take?"
        return Question("macs", level, prompt, macs, worked(real.network, real.path, "Output size", "MACs"))
    input, *lines = _DRAWN[level](random)
    network = small.network(input, *lines)
    what = "does this layer take" if len(lines) == 1 else "do these layers take together"
    prompt = f"How many multiply–accumulates {what}?\n\n{indented(f'input: {input}', *[f'- {line}' for line in lines])}"
    return Question("macs", level, prompt, network.analyze().totals.macs, _solution(network))


def _easy(random: Random) -> tuple[str, ...]:
    side = random.choice((8, 14, 28, 32))
    input = f"{random.choice((1, 3, 16, 64))}x{side}x{side}"
    return input, f"conv: {random.choice((8, 16, 64))} {random.choice(('1x1', '3x3 same', '5x5 same'))}"


def _medium(random: Random) -> tuple[str, ...]:
    side, channels = random.choice((28, 56, 112)), random.choice((32, 64, 96))
    input = f"{channels}x{side}x{side}"
    if random.random() < 0.4:
        return input, f"conv: {2 * channels} 3x3 /2 padding=1 bias=false"
    return input, f"conv: {channels} 3x3 same groups={random.choice((2, 4, channels))}"


def _hard(random: Random) -> tuple[str, ...]:
    side, channels = random.choice((14, 28, 56)), random.choice((32, 64, 128))
    input = f"{channels}x{side}x{side}"
    if random.random() < 0.5:
        return input, f"depthwise_conv: 3x3{random.choice(('', ' /2'))} padding=1", f"conv: {2 * channels} 1x1"
    return (
        input,
        f"conv: {channels // 4} 1x1",
        f"conv: {channels // 4} 3x3{random.choice(('', ' /2'))} padding=1",
        f"conv: {channels} 1x1",
    )


_DRAWN = {"easy": _easy, "medium": _medium, "hard": _hard}


def _solution(network: Network) -> str:
    layers = network.analyze().layers
    parts = [worked(network, layer.path, "Output size", "MACs") for layer in layers]
    if len(layers) > 1:
        parts = [f"{layer.path}\n{part}" for layer, part in zip(layers, parts, strict=True)]
        parts.append(f"together  {' + '.join(f'{layer.macs:,}' for layer in layers)} = {network.analyze().totals.macs:,}")
    return "\n\n".join(parts)
