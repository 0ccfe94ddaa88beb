"""Headers and body in the person's own editor, and an editor that fails."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method, request_of, write_lines
from tests.support.app.stage import Stage, stage, text_of, until

BODY = '{"name": "größer", "count": 1.5, "ok": true}'

EDITOR = """\
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
log = pathlib.Path(sys.argv[1])
log.write_text(f"{path}\\n{path.stat().st_mode & 0o777:o} {path.parent.stat().st_mode & 0o777:o}"
               f"\\n{path.read_text()}")
(path.parent / (path.name + "~")).write_text("a copy of the editor's")
%s
"""


class Room:
    """Makes room for an editor as Textual does: the app comes back where nothing was raised."""

    def __init__(self) -> None:
        self.is_taken = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.is_taken = True
        yield
        self.is_taken = False


async def in_editor(
    pilot: "Pilot[None]", on: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    program = folder / "editor.py"
    program.write_text(EDITOR % does)
    command = f"{sys.executable} {program} {folder / 'log'}" if does else str(folder / "nope")
    monkeypatch.setenv("EDITOR", command)
    monkeypatch.delenv("VISUAL", raising=False)
    room = Room()
    monkeypatch.setattr(on.app, "suspend", room)  # a test has no terminal to give away
    await pilot.press("f4")
    await until(pilot, lambda: not [each for each in on.app.workers if each.group == "editor"])
    assert not room.is_taken


async def test_a_body_is_written_in_an_editor_by_a_private_file_that_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", BODY)
        await pilot.press("escape")
        written = "path.write_text('{\"new\": 1}\\n')"
        await in_editor(pilot, on, tmp_path, monkeypatch, written)
        await until(pilot, lambda: "body: JSON, 10 bytes" in text_of(on.app))
        assert request_of(on).body == b'{"new": 1}'
    path, modes, text = (tmp_path / "log").read_text().split("\n", 2)
    assert (modes, text) == ("600 700", BODY)
    assert path.endswith("body.json")
    assert not Path(path).parent.exists()


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("sys.exit(3)", "has failed (exit code 3)"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9"),
        ("path.write_bytes(bytes([0xff]))", "It is not text in UTF-8."),
        ("path.write_text('x' * 1_048_577)", "It is longer than 1 MiB."),
        ("path.unlink()", "The file for the editor is gone"),
        ("", "cannot be started"),
    ],
)
async def test_an_editor_that_fails_leaves_the_body_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, said: str
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "body", BODY)
        await pilot.press("escape")
        await in_editor(pilot, on, tmp_path, monkeypatch, does)
        # The editor's path before it is as long as it is: lines break anywhere.
        await until(pilot, lambda: all(word in text_of(on.app) for word in said.split()))
        assert request_of(on).body == BODY.encode()
    if does:
        assert not Path((tmp_path / "log").read_text().split("\n", 1)[0]).parent.exists()


async def test_an_editor_that_fails_again_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        for _ in range(2):
            await in_editor(pilot, on, tmp_path, monkeypatch, "")
        await until(pilot, lambda: text_of(on.app).count("Not edited") == 1)


async def test_the_headers_are_written_in_an_editor_where_one_is_at_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "X-A: 1")
        added = "path.write_text(path.read_text() + '\\nX-B: 2\\n')"
        await in_editor(pilot, on, tmp_path, monkeypatch, added)
        await until(pilot, lambda: request_of(on).headers == (("X-A", "1"), ("X-B", "2")))
        assert request_of(on).body == b""
    assert (tmp_path / "log").read_text().split("\n", 1)[0].endswith("headers.txt")


async def test_an_editor_is_offered_where_there_is_something_for_it() -> None:
    on = stage(signed_in=True)
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        assert "F4" not in text_of(on.app)  # a GET has no body
        await pilot.press("h")
        await until(pilot, lambda: "F4 Editor" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "F4" not in text_of(on.app))
        await choose_method(pilot, on, "POST")
        await until(pilot, lambda: "F4 Edit" in text_of(on.app))
        await choose_method(pilot, on, "GET")
        await until(pilot, lambda: "F4" not in text_of(on.app))
        await write_lines(pilot, on, "body", BODY)  # it waits for a method that has one
        await pilot.press("escape")
        await until(pilot, lambda: "F4 Edit" in text_of(on.app))
