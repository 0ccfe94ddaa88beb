"""Disks that are full or closed: the session that is there stays, and the error says what to do."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import expired, session
from tests.support.builders.stores import file_store
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.auth.service import AuthService
from tui.auth.store.file_store import FileStore
from tui.errors import StoreFailed


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    made = file_store(tmp_path / "state", "faults")
    made.save(expired(session()))
    return made


def failing(number: int) -> object:
    def fail(*_arguments: object, **_names: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO]
)
@pytest.mark.parametrize("call", ["posix_fallocate", "open", "fsync"])
def test_a_save_that_fails_leaves_the_session_that_was_there(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        with pytest.raises(StoreFailed, match=os.strerror(number)):
            store.save(session(access_token="new"))
    assert store.load() == expired(session())
    assert [path.name for path in store.path.parent.iterdir()] == [store.path.name]


async def test_a_full_disk_is_noticed_before_the_tenant_rotates(
    store: FileStore, tenant: ScriptedTenant, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = AuthService(CONFIG, store=store, transport=tenant, clock=clock)
    service.take_up()
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", failing(errno.ENOSPC))
        with pytest.raises(StoreFailed, match="free space"):
            await service.get_access_token()
    assert tenant.count("/token") == 0
    assert await service.get_access_token() == "access-1"
    await service.aclose()


LIMITED = """
import sys
from pathlib import Path
from tests.support.builders.sessions import session
from tui.errors import StoreFailed
from tui.auth.store.file_store import FileStore
from tests.support.builders.stores import file_store

store = file_store(Path(sys.argv[1]), "faults")
try:
    store.save(session(access_token="new"))
except StoreFailed as failed:
    print(failed)
"""


def test_a_real_limit_of_the_system_is_an_error_and_loses_nothing(store: FileStore) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(store.path.parent)],
        capture_output=True, text=True, check=True, cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )  # fmt: skip
    assert "The session cannot be written" in done.stdout
    assert store.load() == expired(session())


async def test_a_folder_that_cannot_be_made_is_an_error_at_sign_in(
    tmp_path: Path, tenant: ScriptedTenant, clock: Clock
) -> None:
    (tmp_path / "file").write_text("")
    service = AuthService(
        CONFIG,
        store=file_store(tmp_path / "file" / "state", "faults"),
        transport=tenant,
        clock=clock,
        open_url=tenant.browser,
    )
    with pytest.raises(StoreFailed, match="Check the folder"):
        await service.login()
    assert not service.is_authenticated()
    await service.aclose()
