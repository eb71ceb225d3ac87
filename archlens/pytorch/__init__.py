"""Everything that needs PyTorch: a graph built as a module, run and recorded, written as source, held against the figures.

The one folder that imports torch or fvcore; it is imported inside the functions that need it.
"""

from archlens.errors import UsageError

try:
    import torch  # noqa: F401 - a clear line where it is missing, whichever module is asked for
except (ImportError, OSError) as error:
    raise UsageError(f"this needs PyTorch, which cannot be imported ({error}); `pip install 'archlens[torch]'`") from None
