"""Wasted or meaningless computation: ARC5. One rule a file, whose docstring is its manual."""
