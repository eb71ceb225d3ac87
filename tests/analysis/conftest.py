"""What the tests of this folder share with those of the specs."""

from tests.specs.conftest import torchvision_models

__all__ = ["torchvision_models"]
