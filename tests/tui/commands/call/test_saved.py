"""Where an answer is saved: a file of one's own as a whole, a device of one's own as it comes."""

import errno
import os
import stat
from pathlib import Path

import pytest

from tests.support.processes.other_user import NOBODY, needs_root
from tui.commands.call.output import Saved
from tui.errors import WrongUsage


def test_a_file_is_put_in_its_place_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")
    path.chmod(0o640)
    saved = Saved(path)
    saved.write(b"after")
    assert path.read_bytes() == b"before"
    saved.end()
    assert path.read_bytes() == b"after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    dropped = Saved(path)
    dropped.write(b"half")
    dropped.discard()
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208 - no loop waits for it
    assert path.read_bytes() == b"after"


@pytest.mark.parametrize("name", ["folder", "link"])
def test_a_folder_and_a_link_are_not_written_to(tmp_path: Path, name: str) -> None:
    place = tmp_path / "\x1b[2J"
    (place / "folder").mkdir(parents=True)
    (place / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WrongUsage, match="Name a file") as raised:
        Saved(place / name)
    assert "\x1b" not in str(raised.value)
    assert not (tmp_path / "elsewhere").exists()


def test_where_no_file_can_be_written_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"cannot be written [(]No such file") as raised:
        Saved(tmp_path / "\x1bno" / "out")
    assert "\x1b" not in str(raised.value)


@needs_root
def test_a_pipe_of_somebody_else_is_not_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.chown(tmp_path / "pipe", NOBODY, -1)
    with pytest.raises(WrongUsage, match=os.strerror(errno.EPERM) + "|another user"):
        Saved(tmp_path / "pipe")


@needs_root
def test_the_mode_of_somebody_elses_file_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.touch()
    path.chmod(0o666)
    os.chown(path, NOBODY, -1)
    umask = os.umask(0o077)
    try:
        saved = Saved(path)
        saved.end()
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_device_gets_it_as_it_comes() -> None:
    saved = Saved(Path(os.devnull))
    saved.write(b"x")
    saved.end()
    Saved(Path(os.devnull)).discard()
    assert Path(os.devnull).exists()


@pytest.fixture
def no_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be somebody else than the owner of this system's devices."""
    monkeypatch.setattr(os, "geteuid", lambda: 4711)


@pytest.mark.usefixtures("no_root")
def test_a_device_is_the_systems_and_written_to_by_everybody() -> None:
    Saved(Path(os.devnull)).end()


@needs_root
def test_the_mode_of_a_file_of_roots_counts_for_root_alone(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "out"
    path.touch()
    path.chmod(0o666)
    request.getfixturevalue("no_root")
    Saved(path).end()
    assert stat.S_IMODE(path.stat().st_mode) != 0o666


def leading_to(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have whatever is opened be `path` by now."""
    opened = os.open
    monkeypatch.setattr(os, "open", lambda _path, flags: opened(path, flags))


def test_a_device_that_has_become_a_file_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").write_bytes(b"before")
    leading_to(tmp_path / "other", monkeypatch)
    with pytest.raises(WrongUsage, match="it has just been replaced"):
        Saved(Path(os.devnull))
    assert (tmp_path / "other").read_bytes() == b"before"


@needs_root
def test_a_device_that_has_become_somebody_elses_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.chown(tmp_path / "pipe", NOBODY, -1)
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    leading_to(tmp_path / "pipe", monkeypatch)
    with pytest.raises(WrongUsage, match="it has just been replaced"):
        Saved(Path(os.devnull))
    os.close(reading)


def test_where_the_system_knows_no_owners_a_device_is_ones_own_and_a_mode_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    path.touch()
    path.chmod(0o666)
    monkeypatch.delattr(os, "geteuid", raising=False)
    monkeypatch.setattr(os, "supports_fd", set())
    Saved(Path(os.devnull)).end()
    Saved(path).end()
    assert stat.S_IMODE(path.stat().st_mode) != 0o666
