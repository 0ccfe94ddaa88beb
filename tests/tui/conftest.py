"""A config and a session for the commands, in a folder of their own."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders.configs import write_config
from tests.support.builders.sessions import session
from tui.auth.store.file_store import session_store
from tui.config.load import Config, load_config


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    return load_config(write_config(tmp_path))


@pytest.fixture
def signed_in(config: Config) -> Config:
    session_store(config).save(session(obtained_at=datetime.now(UTC)))
    return config
