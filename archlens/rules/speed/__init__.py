"""Speed: ARC7. One rule a file, whose docstring is its manual."""
