"""Claims of the chapter, measured: one a file, with `SECTION`, `CLAIM`, `CORRECTION`, `SOURCE` and `measure(seed)`.

`chapter/lab.py` lists them by name.
"""
