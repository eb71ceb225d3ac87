"""What is in which frame of a diagram, in the order of the boxes."""

from __future__ import annotations

from archlens.report.diagram.model import Diagram

__all__ = ["frame_number", "inside"]


def inside(diagram: Diagram) -> dict[int, list[int]]:
    """For every frame, -1 for the picture, what stands right in it, in the order of the boxes.

    A box is its number, a frame a number below 0 that `frame_number` reads.
    """
    found: dict[int, list[int]] = {-1: []}
    met: set[int] = set()
    for number, box in enumerate(diagram.boxes):
        item, cluster = number, box.cluster
        found.setdefault(cluster, []).append(item)
        while cluster >= 0 and cluster not in met:
            met.add(cluster)
            item, cluster = -1 - cluster, diagram.clusters[cluster].parent
            found.setdefault(cluster, []).append(item)
    return found


def frame_number(item: int) -> int:
    """The number of the frame that an item below 0 is."""
    return -1 - item
