"""torchvision, where it can be imported: also one built for another torch, whose compiled operators are missing."""

from __future__ import annotations

import functools
import importlib
import sys
import warnings
from types import ModuleType

import torch

__all__ = ["torchvision"]


@functools.cache
def torchvision() -> ModuleType | None:
    """The package, its models imported; None where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a build without image codecs says so
        try:
            importlib.import_module("torchvision.models")
        except ImportError:
            return None
        except RuntimeError:
            # A torchvision built for another torch lacks its compiled operators. What tests need of it uses none of
            # them, but torchvision's own import asks that their signatures exist.
            for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
                del sys.modules[name]
            library = torch.library.Library("torchvision", "FRAGMENT")
            for operator in ("nms", "qnms"):
                library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            importlib.import_module("torchvision.models")
            sys.modules["torchvision"].archlens_keeps = library  # the definitions live as long as this object
    return sys.modules["torchvision"]
