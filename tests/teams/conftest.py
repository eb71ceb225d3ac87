"""What the tests of integrations share."""

from importlib.metadata import entry_points

import pytest


@pytest.fixture
def plugin():
    """Arguments of a pytest run in which the plugin is loaded, whether the installed archlens says so or not.

    The plugin of Hypothesis imports all of it at the end of a run, which takes seconds: each run forgets what it has imported.
    """
    installed = any(entry.value == "archlens.pytest_plugin" for entry in entry_points(group="pytest11"))
    return ["-p", "no:hypothesispytest", *([] if installed else ["-p", "archlens.pytest_plugin"])]
