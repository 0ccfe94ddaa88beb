"""A plugin of pytest: records which test runs which line, and how long each test takes.

`python -m pytest -p tests.mutants.recorder`, with the file to write in DOORKEY_MUTANTS_RECORD.
"""

import json
import os
import warnings
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Final

import coverage
import pytest

RECORD: Final = Path(os.environ["DOORKEY_MUTANTS_RECORD"])
MEASURED: Final = os.environ["DOORKEY_MUTANTS_SOURCES"].split(os.pathsep)

_measured: Final = coverage.Coverage(
    data_file=str(RECORD.with_suffix(".coverage")), config_file=False, include=MEASURED
)
_seconds: Final[dict[str, float]] = {}
_useless: Final[set[str]] = set()
"""Tests that fail or are skipped: none of them notices anything."""

_measured.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Name the lines that run from here on by the test."""
    _measured.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up setup, call and teardown; note who fails as it is."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if not report.passed:
        _useless.add(report.nodeid)


def pytest_unconfigure() -> None:
    """Write what was recorded."""
    _measured.stop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no data": these tests run no line that is measured
        data = _measured.get_data()
    lines = {
        file: {line: _useful(tests) for line, tests in found.items()}
        for file in data.measured_files()
        if (found := data.contexts_by_lineno(file))
    }
    record = {"seconds": _seconds, "lines": lines, "useless": sorted(_useless)}
    RECORD.write_text(json.dumps(record))
    _measured.erase()


def _useful(tests: Iterable[str]) -> list[str]:
    """Leave out what runs at the import, in no test, and tests that notice nothing."""
    return [test for test in tests if test and test not in _useless]
