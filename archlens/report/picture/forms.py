"""A scene in the form that a file asks for."""

from __future__ import annotations

from archlens.report.picture.scene import Scene

__all__ = ["SCENE_FORMS", "written"]

SCENE_FORMS = ("svg", "png", "pdf")
"""By the ending of the file."""


def written(scene: Scene, form: str, theme: str) -> str | bytes:
    """The scene as `svg`, a text, or as `png` or `pdf`. Raises as `run_graphviz` does, of which SVG has no need."""
    if form == "svg":
        from archlens.report.picture.svg import svg

        return svg(scene, theme)
    from archlens.report.picture.raster import raster

    return raster(scene, form, theme)
