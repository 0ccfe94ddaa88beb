"""Answers that are no text, and those that are too long for the screen."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method
from tests.support.app.stage import stage, text_of, until

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0" + bytes(500)

LARGE = b"0123456789abcde\n" * 100_000
"""1.6 MB; the screen has the first MiB of it."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that one is in."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.mark.parametrize(
    ("content", "said", "ending"),
    [
        (PNG, "PNG image, 640 by 480, 524 bytes", "png"),
        (bytes(range(256)) * 4, "0000  0001 0203 0405 0607", "bin"),
    ],
)
async def test_what_is_no_text_is_told_and_saved_to_the_letter(
    content: bytes, said: str, ending: str, folder: Path
) -> None:
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, content=content))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: said in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: files_in(folder))
    (saved,) = files_in(folder)
    assert saved.suffix == f".{ending}"
    assert saved.read_bytes() == content
    assert saved.stat().st_mode & 0o777 == 0o600


async def test_an_answer_that_is_cut_is_called_for_again_and_saved_whole(folder: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=LARGE)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "There is more of it: f saves the whole" in text_of(on.app))
        assert "the first 1,048,576 bytes" in text_of(on.app)
        await pilot.press("f")
        await until(pilot, lambda: "Saved" in text_of(on.app))
        assert "✓ 200 OK" in text_of(on.app)
    (saved,) = files_in(folder)
    assert saved.read_bytes() == LARGE
    assert len(seen) == 2


async def test_a_call_that_changes_something_is_not_made_again_unasked(folder: Path) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=LARGE)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await pilot.press("p", "y")
        await until(pilot, lambda: "There is more of it" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "The rest of the answer was not read" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "not read" not in text_of(on.app))
        assert (len(seen), files_in(folder)) == (1, [])
        await pilot.press("f")
        await until(pilot, lambda: "The rest of the answer was not read" in text_of(on.app))
        await pilot.press("y")
        await until(pilot, lambda: "Saved" in text_of(on.app))
    assert len(seen) == 2


class StandsStill(httpx.AsyncByteStream):
    """The beginning of a body, whose rest never comes."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield LARGE
        await asyncio.Event().wait()


async def test_a_save_that_takes_long_shows_how_far_it_is_and_can_be_cancelled(
    folder: Path,
) -> None:
    answers = [httpx.Response(200, content=LARGE), httpx.Response(200, stream=StandsStill())]
    on = stage(signed_in=True, api=lambda _request: answers.pop(0))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "There is more of it" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "1,600,000 bytes in " in text_of(on.app))
        assert files_in(folder)
        await pilot.press("escape")
        await until(pilot, lambda: not files_in(folder))
        await until(pilot, lambda: "◌ Calling" not in text_of(on.app))


async def test_a_save_that_the_api_refuses_this_time_leaves_nothing(folder: Path) -> None:
    answers = [httpx.Response(200, content=LARGE), httpx.Response(404)]
    on = stage(signed_in=True, api=lambda _request: answers.pop(0))
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "There is more of it" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "This time the API answered 404." in text_of(on.app))
    assert not files_in(folder)
