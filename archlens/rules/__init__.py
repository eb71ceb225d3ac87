"""Design rules: one a file, whose docstring is its manual. Graph and Analysis → findings."""
