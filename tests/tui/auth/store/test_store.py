import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.stores import file_store
from tui.auth.store.file_store import FileStore, session_store
from tui.auth.store.store import MemoryStore
from tui.errors import StoreFailed


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return file_store(tmp_path / "state", CONFIG.session_identity)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_saved_is_loaded(store: FileStore) -> None:
    store.save(session())
    assert store.load() == session()


def test_nothing_saved_is_nothing_loaded(store: FileStore) -> None:
    assert store.load() is None


def test_a_cleared_session_is_gone(store: FileStore) -> None:
    store.save(session())
    store.clear()
    assert store.load() is None
    assert list(store.path.parent.iterdir()) == []
    store.clear()


def test_file_and_folder_are_the_owners_alone_whatever_the_umask(store: FileStore) -> None:
    old = os.umask(0)
    try:
        store.save(session())
    finally:
        os.umask(old)
    assert mode_of(store.path) == 0o600
    assert mode_of(store.path.parent) == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o740, 0o770, 0o701, 0o704])
def test_an_open_folder_is_closed_to_others(store: FileStore, mode: int) -> None:
    """security.md 35."""
    store.path.parent.mkdir(mode=0o700)
    store.path.parent.chmod(mode)
    store.save(session())
    assert mode_of(store.path.parent) == 0o700


def test_a_folder_is_never_open_to_others_not_even_before_it_is_closed(tmp_path: Path) -> None:
    """security.md 35."""
    code = (
        "import os, sys; from pathlib import Path;"
        "from tui.private_file import make_private_folder;"
        "made = []; hook = lambda event, details: event == 'os.mkdir' and made.append(details[1]);"
        "os.umask(0); sys.addaudithook(hook); make_private_folder(Path(sys.argv[1])); print(made)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "state")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert run.stdout == f"[{0o700}]\n"


def test_a_folder_that_is_everybodys_is_refused_and_left_as_it_is(store: FileStore) -> None:
    store.path.parent.mkdir()
    store.path.parent.chmod(0o1777)
    with pytest.raises(StoreFailed, match="others can write"):
        store.save(session())
    assert store.path.parent.stat().st_mode & 0o7777 == 0o1777


def test_a_pipe_in_the_files_place_is_refused_and_not_waited_for(store: FileStore) -> None:
    store.path.parent.mkdir(mode=0o700)
    os.mkfifo(store.path, 0o600)
    with pytest.raises(StoreFailed):
        store.load()


def test_a_log_out_wipes_damaged_files_too(store: FileStore) -> None:
    store.save(session())
    store.path.write_bytes(store.path.read_bytes()[:-1])
    store.load()
    store.clear()
    assert list(store.path.parent.iterdir()) == []


def test_a_save_leaves_no_temporary_file(store: FileStore) -> None:
    for number in range(5):
        store.save(session(access_token=f"token-{number}"))
    assert [path.name for path in store.path.parent.iterdir()] == [store.path.name]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 2}', b'{"version": 1}']
)
def test_a_damaged_file_is_set_aside_and_counts_as_signed_out(
    store: FileStore, content: bytes
) -> None:
    store.save(session())
    store.path.write_bytes(content)
    assert store.load() is None
    assert not store.path.exists()
    (aside,) = store.path.parent.iterdir()
    assert aside.read_bytes() == content


def test_a_truncated_file_is_set_aside(store: FileStore) -> None:
    store.save(session())
    store.path.write_bytes(store.path.read_bytes()[:-20])
    assert store.load() is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(store: FileStore, mode: int) -> None:
    store.save(session())
    store.path.chmod(mode)
    with pytest.raises(StoreFailed, match="0600"):
        store.load()


def test_a_symbolic_link_is_refused_and_not_followed(store: FileStore, tmp_path: Path) -> None:
    store.save(session())
    elsewhere = tmp_path / "elsewhere.json"
    store.path.rename(elsewhere)
    store.path.symlink_to(elsewhere)
    with pytest.raises(StoreFailed, match="symbolic link"):
        store.load()


def test_saving_over_a_symbolic_link_replaces_the_link_and_not_its_target(
    store: FileStore, tmp_path: Path
) -> None:
    target = tmp_path / "target"
    target.write_text("somebody's")
    store.path.parent.mkdir()
    store.path.symlink_to(target)
    store.save(session())
    assert target.read_text() == "somebody's"
    assert store.load() == session()


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give away")
def test_a_foreign_owners_file_is_refused(store: FileStore) -> None:
    store.save(session())
    os.chown(store.path, 12345, 12345)
    with pytest.raises(StoreFailed):
        store.load()


def test_a_folder_that_is_a_file_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    store = file_store(tmp_path / "state", "identity")
    with pytest.raises(StoreFailed, match="state"):
        store.save(session())


def test_sessions_of_two_configs_do_not_meet(tmp_path: Path) -> None:
    one = file_store(tmp_path, CONFIG.session_identity)
    other = file_store(tmp_path, replace(CONFIG, api_url="https://evil.example").session_identity)
    one.save(session())
    assert other.load() is None


async def test_a_lock_keeps_a_second_holder_out_until_it_is_released(tmp_path: Path) -> None:
    one, other = file_store(tmp_path, "same"), file_store(tmp_path, "same")
    order = []
    async with one.lock():
        import asyncio

        async def second() -> None:
            async with other.lock():
                order.append("second")

        waiting = asyncio.create_task(second())
        await asyncio.wait([waiting], timeout=0.1)
        order.append("first")
    await waiting
    assert order == ["first", "second"]


async def test_a_lock_that_somebody_holds_for_too_long_is_an_error_that_names_it(
    tmp_path: Path,
) -> None:
    one, other = file_store(tmp_path, "same"), file_store(tmp_path, "same")
    async with one.lock():
        with pytest.raises(StoreFailed, match=r"session-.*\.lock"):
            async with other.lock(patience_seconds=0.05):
                pytest.fail("two hold the lock")
    async with other.lock(patience_seconds=0.05):
        pass


def test_what_a_killed_process_left_is_removed_by_the_next_write_and_by_a_log_out(
    store: FileStore,
) -> None:
    leftover = store.path.with_name(f".{store.path.name}.0011223344556677")
    store.save(session())
    leftover.write_text("the-refresh-token")
    store.save(session())
    assert not leftover.exists()
    leftover.write_text("the-refresh-token")
    store.clear()
    assert not leftover.exists()


async def test_space_that_was_taken_and_not_used_is_free_after_the_lock(store: FileStore) -> None:
    async with store.lock():
        store.reserve()
    left = {path.name for path in store.path.parent.iterdir()}
    assert left <= {store.path.name, store.path.with_suffix(".lock").name}


async def test_a_lock_that_cannot_be_had_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StoreFailed, match="cannot be locked"):
        async with file_store(tmp_path / "state", "one").lock():
            raise AssertionError("held by nobody")


async def test_the_lock_is_a_private_file_and_never_the_sessions(store: FileStore) -> None:
    async with store.lock():
        assert mode_of(store.path.with_suffix(".lock")) == 0o600
    assert store.path.with_suffix(".lock") != store.path


def test_a_session_is_kept_in_the_folder_that_is_named(tmp_path: Path) -> None:
    store = session_store(replace(CONFIG, session_storage="file"), tmp_path / "elsewhere")
    store.save(session())
    assert [path.suffix for path in (tmp_path / "elsewhere").iterdir()] == [".json"]


def test_a_session_that_cannot_be_deleted_is_said(store: FileStore) -> None:
    store.path.mkdir(parents=True)
    with pytest.raises(StoreFailed, match="cannot be deleted"):
        store.clear()


def test_what_another_log_out_has_just_deleted_is_deleted(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = store.path.with_suffix(".damaged-gone")
    monkeypatch.setattr(Path, "glob", lambda *_names: iter([gone]))
    store.clear()
    assert not gone.exists()


def test_no_token_is_in_any_repr(store: FileStore) -> None:
    shown = repr(session()) + repr(MemoryStore(session()))
    assert "the-access-token" not in shown
    assert "the-refresh-token" not in shown
    assert "the-id-token" not in shown


def test_memory_storage_writes_nothing(state_dir: Path) -> None:
    store = session_store(replace(CONFIG, session_storage="memory"))
    store.save(session())
    assert store.load() == session()
    store.clear()
    assert store.load() is None
    assert not state_dir.exists()
