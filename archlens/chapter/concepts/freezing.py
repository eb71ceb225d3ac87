"""How much learns, and what it takes, as a network is thawed from the top."""

from __future__ import annotations

from archlens.analysis.lesson import Cell, Table
from archlens.chapter.small import changed, macs, params, share, statistics, table, within

__all__ = ["FORMULA", "SECTION", "TEACHES", "tables"]

SECTION = "12.7"
TEACHES = (
    "A new head on a frozen network learns a thousandth of the parameters, and needs gradients, optimizer memory and a backward "
    "pass for these alone. The weights grow towards the top, so the last stage by itself is most of the network; and frozen "
    "weights do not stop batch normalization: in PyTorch its statistics move in training mode unless its layers are set to "
    "evaluation."
)
FORMULA = (
    "gradients = params that learn × 4 bytes",
    "Adam = 2 × params that learn × 4 bytes        momentum: 1 ×",
)

_PARTS = ("head", "stage4", "stage3", "stage2", "stage1", "stem")


def tables() -> tuple[Table, ...]:
    """ResNet-50 with ten classes: each part, then thawed part by part."""
    parts = ("part", "params", "% of params", "of them batch norm", "map", "% of MACs")
    thawed = ("what learns", "params", "%", "Adam MB", "activations MB", "backward MACs", "statistics that move")
    return (
        table("ResNet-50 with 10 classes, 224×224", parts, map(_part, reversed(_PARTS))),
        table(
            "thawed from the top, one image: what learns, and what training needs",
            thawed,
            map(_thawed, range(1, len(_PARTS) + 1)),
        ),
    )


def _part(part: str) -> tuple[Cell, ...]:
    analysis = changed("resnet50", "params: {classes: 10}").analyze()
    layers = within(analysis, part)
    norms = params([layer for layer in layers if layer.type == "batch_norm"])
    size = "×".join(map(str, layers[-1].output_shapes[0][1:]))
    own, totals = params(layers), analysis.totals
    return part, own, share(own, totals.params), norms, size, share(macs(layers), totals.macs)


def _thawed(count: int) -> tuple[Cell, ...]:
    globs = ", ".join(['"*"', *[f'"!{part}"' for part in _PARTS[:count]]])
    analysis = changed("resnet50", f"params: {{classes: 10}}\nfreeze: [{globs}]").analyze()
    totals, training = analysis.totals, analysis.training
    said = "head" if count == 1 else "everything" if count == len(_PARTS) else f"+ {_PARTS[count - 1]}"
    return (
        said,
        totals.trainable_params,
        share(totals.trainable_params, totals.params),
        training.optimizer_bytes("adam") / 1e6,
        training.saved_activation_bytes / 1e6,
        sum(training.backward_macs),
        statistics(analysis.layers),
    )
