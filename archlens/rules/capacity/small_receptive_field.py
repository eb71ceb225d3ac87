"""A last map whose units see less than the image.

## What it does

Compares the receptive field of the network's last map with the size of its input, where nothing but pooling, or nothing at all,
comes after that map.

## Why it is bad

What no unit sees as a whole, the network cannot recognise as a whole: averaging the maps adds up what is found in pieces, as in
a bag. The effective field is smaller still, for pixels at its edge count for little.

## Example

```yaml
archlens: 1
input: 3x48x48
layers:
  - conv: 16 3x3 /2 same
  - relu
  - conv: 32 3x3 /2 same
  - relu
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Use instead

```yaml
archlens: 1
input: 3x48x48
layers:
  - conv: 16 3x3 /2 same
  - relu
  - conv: 32 3x3 /2 same
  - relu
  - conv: 64 3x3 /2 same
  - relu
  - conv: 64 3x3 /2 same
  - relu
  - conv: 64 3x3 same
  - relu
  - global_avg_pool
  - linear: 10
```

## Not reported

Networks in which another layer than pooling reads the whole map: `flatten` and `linear`, which weigh every place, or attention.
Specs that say how far it must see, with `expect: {receptive_field: {min: 128}}`: there a network that sees less is an error,
and one that sees as much is right.

## Reference

Araujo, Norris & Sim, Computing Receptive Fields of Convolutional Neural Networks, Distill 2019, doi 10.23915/distill.00021, on
accuracy and field size; Luo, Li, Urtasun & Zemel, arXiv:1701.04128, on the effective field; Brendel & Bethge, arXiv:1904.00760,
on networks that do without (BagNet).
"""

from __future__ import annotations

from collections.abc import Iterator

from archlens.layers.dims import axis_names, ceil_div
from archlens.rules.model import Finding
from archlens.rules.sliding import along, by, times
from archlens.rules.subject import Subject

__all__ = ["check"]


def check(subject: Subject) -> Iterator[Finding]:
    """The last map, if it sees too little."""
    analysis = subject.analysis
    if analysis.trunk is None or any(one.key == "receptive_field" and not one.exact for one in subject.graph.expect):
        return
    if analysis.whole_from is not None and subject.nodes[analysis.whole_from].layer.family != "pooling":
        return
    node = subject.nodes[analysis.trunk]
    field = subject.field(node)
    if field is None:
        return
    image = subject.graph.shapes[subject.graph.inputs[field.input]][2:]
    names, rank = axis_names(len(image)), len(image)
    short = [axis for axis in range(rank) if field.size[axis] < image[axis]]
    if not short:
        return
    missing = max([image[axis] - field.size[axis] for axis in short])
    jump = min([field.jump[axis] for axis in short])
    windows = int(ceil_div(missing, 2 * jump)) if jump else 0
    where = along([names[axis] for axis in short], rank)
    yield Finding(
        f"its units see {times(field.size)} of the input's {times(image)} pixels, too few {where}",
        node,
        f"each further window of {by([3] * rank)} on this map adds 2·{jump} = {2 * jump} pixels, so {windows} of them would do; "
        "a stride or a dilation before them makes each add more",
        "the last map",
    )
