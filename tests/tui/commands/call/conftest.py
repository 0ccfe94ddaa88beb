"""A scripted API, and somebody signed in for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.apis.scripted_api import ScriptedApi
from tests.support.builders.configs import write_config
from tests.support.builders.sessions import session
from tui.auth.store.file_store import session_store
from tui.cli import main
from tui.config.load import load_config

Call = Callable[..., Awaitable[int]]


@pytest.fixture
async def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ScriptedApi]:
    monkeypatch.chdir(tmp_path)
    async with ScriptedApi() as made:
        config = load_config(write_config(tmp_path, apiUrl=made.url))
        session_store(config).save(session(obtained_at=datetime.now(UTC)))
        yield made


@pytest.fixture
def call(api: ScriptedApi) -> Call:
    """Run `doorkey call` beside the API's event loop; returns the exit code."""

    async def run(*arguments: str) -> int:
        return await asyncio.to_thread(main, ["call", *arguments])

    return run
