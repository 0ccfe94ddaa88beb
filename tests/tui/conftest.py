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


@pytest.fixture
def config_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's config folder, empty, and a folder without a config to stand in."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "own"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "own" / "doorkey"
