"""A config and a session for the commands, in a folder of their own."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.builders import session
from tui.auth.store.store import session_store
from tui.config.load import Config, load_config

CONFIG = {
    "domain": "127.0.0.1:9",
    "clientId": "the-client",
    "audience": "the-api",
    "apiUrl": "http://127.0.0.1:9",
}
"""Port 9 is discard: nothing listens there."""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    path = tmp_path / "auth_config.json"
    path.write_text(json.dumps(CONFIG))
    monkeypatch.chdir(tmp_path)
    return load_config(path)


@pytest.fixture
def signed_in(config: Config) -> Config:
    session_store(config).save(session(obtained_at=datetime.now(UTC)))
    return config
