"""What the snapshot plugin needs although it starts with TEXTUAL."""

import os

import pytest

REPORT_DIR = "TEXTUAL_SNAPSHOT_TEMPDIR"


@pytest.fixture(scope="session")
def snapshot_report_dir() -> str | None:
    """Where the plugin puts its report; it says so in the environment before any test runs."""
    return os.environ.get(REPORT_DIR)


@pytest.fixture(autouse=True)
def _snapshot_report(
    snapshot_report_dir: str | None, _clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if snapshot_report_dir:
        monkeypatch.setenv(REPORT_DIR, snapshot_report_dir)
