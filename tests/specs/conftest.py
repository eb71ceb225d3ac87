"""torchvision's models, where torch and torchvision are installed."""

import importlib
import sys
import warnings

import pytest


@pytest.fixture(scope="session")
def torchvision_models():
    """`torchvision.models`; tests that ask for it are skipped where torch is absent."""
    torch = pytest.importorskip("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a build without image codecs says so
        try:
            return importlib.import_module("torchvision.models")
        except ImportError:
            pytest.skip("torchvision is not installed")
        except RuntimeError:
            # A torchvision built for another torch lacks its compiled operators. The models of this test use
            # none of them, but torchvision's own import asks that their signatures exist.
            for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
                del sys.modules[name]
            library = torch.library.Library("torchvision", "FRAGMENT")
            for operator in ("nms", "qnms"):
                library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            models = importlib.import_module("torchvision.models")
            models.archlens_keeps = library  # the definitions live as long as this object
            return models
