"""Files for one's own eyes: who may read them, and that they are replaced as a whole."""

import errno
import os
import stat
from pathlib import Path

import pytest

from tests.support.processes.other_user import NOBODY, needs_root
from tui.private_file import (
    LARGEST_BYTES,
    RESERVED_BYTES,
    DigestFile,
    NotPrivate,
    Replacement,
    create_private,
    digest,
    make_private_folder,
    open_log,
    read_private,
    sync_folder,
)

posix = pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")


def written(path: Path, content: bytes = b"mine", mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refuse(number: int) -> object:
    def call(*_arguments: object, **_names: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def test_a_file_of_ones_own_is_read_and_none_is_none(tmp_path: Path) -> None:
    assert read_private(written(tmp_path / "a")) == b"mine"
    assert read_private(tmp_path / "b") is None


@posix
@pytest.mark.parametrize("mode", [0o604, 0o602, 0o601, 0o640, 0o620, 0o610])
def test_a_file_that_others_can_use_is_not_believed(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NotPrivate):
        read_private(written(tmp_path / "a", mode=mode))


@needs_root
def test_a_file_of_somebody_else_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    os.chown(path, NOBODY, -1)
    with pytest.raises(NotPrivate):
        read_private(path)


@posix
def test_what_is_no_file_is_not_read_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(NotPrivate):
        read_private(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(written(tmp_path / "a"))
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        read_private(tmp_path / "link")


def test_at_most_4_mib_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a")
    os.truncate(path, LARGEST_BYTES + 1)
    content = read_private(path)
    assert content is not None
    assert len(content) == 4 * 1024 * 1024


@posix
def test_what_replaces_a_file_is_for_its_owner_and_takes_its_space_before(tmp_path: Path) -> None:
    path = written(tmp_path / "a", b"x" * 100)
    leftover = written(tmp_path / ".a.of-a-killed-process")
    replacement = Replacement(path)
    assert not leftover.exists()
    (temporary,) = tmp_path.glob(".a.*")
    assert (mode_of(temporary), temporary.stat().st_size) == (0o600, RESERVED_BYTES)
    assert len(temporary.name) == len(".a.") + 16
    status = replacement.put(b"new")
    assert path.read_bytes() == b"new"
    assert status.st_ino == path.stat().st_ino
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208 - no loop waits for it


@pytest.mark.parametrize("call", ["fsync", "posix_fallocate"])
def test_a_replacement_that_fails_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = written(tmp_path / "a")
    descriptors = (
        len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    )
    monkeypatch.setattr(os, call, refuse(errno.ENOSPC))
    with pytest.raises(OSError, match="No space"):
        Replacement(path).put(b"new")
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["a"]  # noqa: PTH208 - no loop waits for it
    if descriptors:
        assert len(list(Path("/proc/self/fd").iterdir())) == descriptors


@posix
def test_the_file_and_then_its_folder_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: synced.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
    )
    Replacement(tmp_path / "a").put(b"new")
    assert synced == [False, True]


@posix
def test_no_file_is_created_where_something_is(tmp_path: Path) -> None:
    os.close(create_private(tmp_path / "a"))
    assert mode_of(tmp_path / "a") == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "a", tmp_path / "link"):
        with pytest.raises(FileExistsError):
            create_private(path)
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_folder_is_made_for_its_owner_and_closed_where_it_is_open(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    make_private_folder(folder)
    assert (mode_of(folder), mode_of(folder.parent)) == (0o700, 0o700)
    folder.chmod(0o755)
    make_private_folder(folder)
    assert mode_of(folder) == 0o700


def test_a_folder_may_be_named_through_one_that_is_not_there_yet(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "new" / ".." / "a")
    assert (tmp_path / "a").is_dir()


@posix
def test_a_new_folder_is_for_its_owner_from_its_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "chmod", refuse(errno.EPERM))
    before = os.umask(0)
    try:
        make_private_folder(tmp_path / "a")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a") == 0o700


@needs_root
def test_root_uses_the_private_folder_of_whom_it_works_for(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    os.chown(tmp_path / "a", NOBODY, -1)
    make_private_folder(tmp_path / "a")
    assert (tmp_path / "a").stat().st_uid == NOBODY


def test_where_the_system_knows_no_owners_a_folder_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "getuid", raising=False)
    (tmp_path / "a").mkdir(mode=0o777)
    before = mode_of(tmp_path / "a")
    make_private_folder(tmp_path / "a")
    assert mode_of(tmp_path / "a") == before


def test_where_folders_cannot_be_synced_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        windows.setattr(os, "fsync", refuse(errno.EACCES))
        sync_folder(tmp_path)


@posix
def test_a_program_that_has_no_stdin_closes_what_it_has_replaced(tmp_path: Path) -> None:
    """Its first file gets the number 0."""
    stdin = os.dup(0)
    os.close(0)
    try:
        replacement = Replacement(tmp_path / "a")
        assert os.fstat(0).st_ino == next(tmp_path.glob(".a.*")).stat().st_ino
        replacement.discard()
        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            os.fstat(0)
    finally:
        os.dup2(stdin, 0)
        os.close(stdin)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702])
def test_a_folder_that_others_can_write_to_is_not_ones_own(tmp_path: Path, mode: int) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a").chmod(mode)
    with pytest.raises(OSError, match="others can write"):
        make_private_folder(tmp_path / "a")
    assert mode_of(tmp_path / "a") == mode


@needs_root
def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    os.chown(tmp_path / "a", NOBODY, -1)
    with pytest.raises(OSError, match="others can write"):
        make_private_folder(tmp_path / "a")
    assert mode_of(tmp_path / "a") == 0o755


@posix
def test_a_log_is_added_to_and_is_for_its_owner(tmp_path: Path) -> None:
    for line in (b"one", b"two"):
        descriptor = open_log(tmp_path / "logs" / "a")
        os.write(descriptor, line)
        os.close(descriptor)
    assert (tmp_path / "logs" / "a").read_bytes() == b"onetwo"
    assert mode_of(tmp_path / "logs" / "a") == 0o600


@posix
def test_no_log_leads_into_another_file(tmp_path: Path) -> None:
    """Security checklist 35: what a log says, callers of a server have a part in."""
    target = written(tmp_path / "profile")
    (tmp_path / "a").symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (("a", errno.ELOOP), ("pipe", errno.ENXIO)):
        with pytest.raises(OSError, match=os.strerror(reason)):
            open_log(tmp_path / name)
    assert target.read_bytes() == b"mine"


@needs_root
@pytest.mark.parametrize(
    ("theirs", "reason"), [("logs", "others can write"), ("logs/a", "another user's")]
)
def test_no_log_is_another_users(tmp_path: Path, theirs: str, reason: str) -> None:
    """Security checklist 35: they could read it, and put a link in its place."""
    make_private_folder(tmp_path / "logs")
    (tmp_path / "logs").chmod(0o755)
    written(tmp_path / "logs" / "a")
    os.chown(tmp_path / theirs, NOBODY, -1)
    with pytest.raises(OSError, match=reason):
        open_log(tmp_path / "logs" / "a")
    assert (tmp_path / "logs" / "a").read_bytes() == b"mine"


def test_a_list_of_digests_knows_the_latest_and_is_no_list_of_texts(tmp_path: Path) -> None:
    digests = DigestFile(tmp_path / "own" / "a", 2)
    for text in ("one", "two", "one", "three"):
        digests.add(text)
    assert ["one" in digests, "two" in digests, "three" in digests] == [True, False, True]
    content = (tmp_path / "own" / "a").read_text()
    assert len(content.split()) == 2
    assert "one" not in content


@pytest.mark.parametrize(("content", "mode"), [(b"\xff", 0o600), (None, 0o644)])
def test_a_list_of_digests_that_is_damaged_or_open_to_others_knows_nothing(
    tmp_path: Path, content: bytes | None, mode: int
) -> None:
    digests = DigestFile(tmp_path / "a", 2)
    digests.add("one")
    if content is not None:
        (tmp_path / "a").write_bytes(content)
    (tmp_path / "a").chmod(mode)
    assert "one" not in digests


def test_a_digest_is_sha_256_whichever_module_has_it() -> None:
    """FIPS 180-2 B.1; a session's file is found by it, so no release may change it."""
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
