"""What the app remembers between its runs."""

from pathlib import Path

import pytest

from tui.config.memory import AppMemory


def test_a_value_is_there_in_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "state" / "app.json"
    AppMemory(path).set("theme", "nord")
    assert AppMemory(path).get("theme") == "nord"
    assert [each.name for each in path.parent.iterdir()] == ["app.json"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 60_000, b"7"])
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "app.json"
    path.write_bytes(content)
    path.chmod(0o600)
    assert AppMemory(path).get("theme") is None


def test_what_others_could_have_written_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "app.json"
    AppMemory(path).set("theme", "nord")
    path.chmod(0o666)
    assert AppMemory(path).get("theme") is None


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    memory = AppMemory(tmp_path / "file" / "app.json")
    memory.set("theme", "nord")
    assert memory.get("theme") == "nord"
