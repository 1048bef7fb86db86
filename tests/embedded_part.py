"""A pytest plugin for the run on SQLite: leaves out what only makes sense once.

A plugin and not `-m`, so that whoever runs the tests can still choose with `-m`.
"""

import pytest

LEFT_OUT = ("browser", "postgres", "tools")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests in a browser, tests of PostgreSQL itself, and tests of the tools."""
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in LEFT_OUT)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]
