"""Capacity and resolution: ARC6. One rule a file, whose docstring is its manual."""
