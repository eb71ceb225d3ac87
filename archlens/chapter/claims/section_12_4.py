"""Claims on pooling and the receptive field."""

from __future__ import annotations

from archlens.chapter.claims.claim import Claim

__all__ = ["CLAIMS"]

CLAIMS = (
    Claim(
        38,
        "12.4",
        "Max pooling keeps the strongest activation in each 2×2 window, average pooling takes the mean.",
        "right",
        (),
        ("lab:chapter_code", "lab:average_pool_gradient"),
    ),
    Claim(
        39,
        "12.4",
        "A feature shifting by one pixel still lands in the same pooled cell.",
        "imprecise",
        ("E10",),
        ("lab:pooling_shifts",),
    ),
    Claim(40, "12.4", "Two 3×3 convs see a 5×5 patch, three see 7×7.", "right", (), ("lab:receptive_field", "concept:stacks")),
    Claim(41, "12.4", "The function `max_pool2x2` computes 2×2 max pooling.", "right", (), ("lab:chapter_code",)),
    Claim(
        42,
        "12.4",
        "Two 3×3 convs take 2(9C²) weights where a 5×5 takes 25C², and add a non-linearity.",
        "right",
        ("E11",),
        ("concept:stacks", "card:small_filters"),
    ),
    Claim(43, "12.4", "This is why VGG chose deep stacks of 3×3 filters.", "right", (), ("concept:stacks", "card:vgg")),
    Claim(
        44,
        "12.4",
        "Global average pooling collapses each channel to one number, replacing big FC layers and cutting parameters.",
        "right",
        (),
        ("concept:head", "card:max_or_average"),
    ),
    Claim(
        45,
        "12.4",
        "Max and average pooling are fixed operations with zero weights.",
        "right",
        ("E12",),
        ("concept:pooling", "card:pooling_params"),
    ),
    Claim(
        46,
        "12.4",
        "Strided convolutions in place of pooling get downsampling and learnable weights in one step.",
        "right",
        (),
        ("concept:pooling",),
    ),
    Claim(
        47,
        "12.4",
        "The gradient of max pooling goes only to the winner of each window; every other cell gets zero.",
        "right",
        ("E13",),
        ("lab:max_pool_gradient",),
    ),
    Claim(
        48, "12.4", "Average pooling splits the gradient evenly across the window.", "right", (), ("lab:average_pool_gradient",)
    ),
    Claim(
        49,
        "12.4",
        "A neuron with a 7×7 receptive field cannot recognize a face spanning 100 pixels.",
        "right",
        (),
        ("concept:receptive_field", "card:receptive_field", "lab:effective_field"),
    ),
    Claim(
        50, "12.4", "The receptive field grows by depth, stride, pooling or dilation.", "right", (), ("concept:receptive_field",)
    ),
    Claim(
        51,
        "12.4",
        "After a shift by a pixel or two, max pooling returns the same maximum, so the pooled output is unchanged.",
        "wrong",
        ("E10",),
        ("lab:pooling_shifts", "card:pooling_invariance"),
    ),
    Claim(
        52,
        "12.4",
        "Stacked pooling makes the prediction robust to small shifts, not to large translations or rotations.",
        "right",
        (),
        ("lab:pooling_shifts",),
    ),
)
