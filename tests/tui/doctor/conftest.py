"""Somebody who is well, until a test says otherwise."""

from pathlib import Path

import pytest

from tests.support.doctor.patient import Patient


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    return Patient(folder)
