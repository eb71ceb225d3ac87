"""torchvision's models, where torch and torchvision are installed."""

import pytest


@pytest.fixture(scope="session")
def torchvision_models():
    """`torchvision.models`; tests that ask for it are skipped where torch is absent."""
    pytest.importorskip("torch")
    from tests.layers.vision import torchvision

    package = torchvision()
    if package is None:
        pytest.skip("torchvision is not installed")
    return package.models
