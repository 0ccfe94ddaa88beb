"""The file with a sign-in's address."""

from pathlib import Path

from tui.app.screens.sign_in_address import FILE_NAME, remove_address, write_address


def test_a_file_that_others_can_read_is_not_written_into(state_dir: Path) -> None:
    state_dir.mkdir(mode=0o700)
    planted = state_dir / FILE_NAME
    planted.write_text("old")
    planted.chmod(0o644)
    with planted.open() as held:
        path = write_address("https://tenant.example/authorize", state_dir)
        assert held.read() == "old"
    assert path.read_text() == "https://tenant.example/authorize\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(state_dir: Path, tmp_path: Path) -> None:
    state_dir.mkdir(mode=0o700)
    (state_dir / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    assert not write_address("https://tenant.example/authorize", state_dir).is_symlink()
    assert not (tmp_path / "elsewhere").exists()


def test_the_file_goes_with_the_sign_in(state_dir: Path) -> None:
    path = write_address("https://tenant.example/authorize", state_dir)
    assert path.exists()
    remove_address(state_dir)
    assert not path.exists()


def test_what_is_not_there_need_not_be_taken_away(state_dir: Path) -> None:
    remove_address(state_dir)
    assert not (state_dir / FILE_NAME).exists()
