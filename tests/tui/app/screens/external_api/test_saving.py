"""Answers that are no text, and those that are too long for the screen."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.app.at_the_api import SIZE, at_the_api, choose_method
from tests.support.app.stage import stage, text_of, until
from tests.support.builders.configs import CONFIG
from tui.api.document import NOT_READ, Document
from tui.app.widgets.calls.answer_panel import AnswerLines
from tui.servers.processes import ServerStatus

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
        said = "▸ Only the first 1,048,576 of 1,600,000 bytes were read: f saves the whole answer."
        await until(pilot, lambda: said in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "Saved" in text_of(on.app))
        assert "✓ 200 OK" in text_of(on.app)
    (saved,) = files_in(folder)
    assert saved.read_bytes() == LARGE
    assert len(seen) == 2


async def test_the_beginning_of_an_answer_is_laid_out_searched_and_copied_as_that() -> None:
    whole = json.dumps({"orders": [{"id": each, "note": 100 * "x"} for each in range(10_000)]})
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, text=whole), taken="yes")
    part = f"the first 1,048,576 of {len(whole):,} bytes"
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '  "orders": [' in text_of(on.app))
        assert f" {part} ─" in text_of(on.app)
        await pilot.press("slash", *"nowhere")
        await until(pilot, lambda: f" not found in {part} ─" in text_of(on.app))
        await pilot.press("escape", "G")
        await until(pilot, lambda: NOT_READ in text_of(on.app))
        await pilot.press("c")
        await until(pilot, lambda: f"Copied {part}" in text_of(on.app))
        await pilot.press("z")
        await until(pilot, lambda: " or more]" in text_of(on.app))
    (copied,) = on.copied  # without its end, where a token may have begun
    assert whole.startswith(copied)
    assert len(copied) > 1_000_000


async def test_the_answer_before_is_put_away_while_a_long_one_is_laid_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[str] = []
    show = AnswerLines.show

    def watched(self: AnswerLines, document: Document) -> None:
        shown.append(document.lines[0].text)
        show(self, document)

    monkeypatch.setattr(AnswerLines, "show", watched)
    monkeypatch.setattr("tui.app.widgets.calls.answer_panel.QUICK_SECONDS", 0.0)
    body = [{"id": number} for number in range(5_000)]
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, json=body))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: '"id": 0' in text_of(on.app))
    assert shown == ["◌ Laying it out", "["]


async def test_how_long_an_answer_would_be_is_said_only_where_the_api_says_it() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield LARGE

    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, content=pieces()))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "Only the first 1,048,576 bytes were read" in text_of(on.app))


@pytest.mark.parametrize(("body", "is_offered"), [("no parts", False), ('{"a": 1}', True)])
async def test_folding_is_offered_where_something_folds(body: str, is_offered: bool) -> None:
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, text=body))
    async with on.app.run_test(size=SIZE) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "content-type: text" in text_of(on.app))
        lines = on.app.screen.query_one(AnswerLines)
        lines.focus()
        await until(pilot, lambda: lines.has_focus)
        assert ("space Fold" in text_of(on.app)) == is_offered


async def test_on_a_folded_line_its_keys_are_called_unfold() -> None:
    on = stage(signed_in=True, api=lambda _request: httpx.Response(200, json={"a": [1, 2]}))
    async with on.app.run_test(size=(120, 36)) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "content-type: " in text_of(on.app))
        on.app.screen.query_one(AnswerLines).focus()
        await pilot.press("j", "space")
        await until(pilot, lambda: "space Unfold" in text_of(on.app))
        await pilot.press("f1")
        await until(pilot, lambda: re.search("⏎ space  +Unfold  +Show all", text_of(on.app)))
        await pilot.press("escape", "k")
        await until(pilot, lambda: "space Fold" in text_of(on.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "1," in text_of(on.app))
        assert "space Fold" in text_of(on.app)


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
        await until(pilot, lambda: "bytes were read" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "The rest of the answer was not read" in text_of(on.app))
        await pilot.press("escape")
        await until(pilot, lambda: "not read" not in text_of(on.app))
        assert (len(seen), files_in(folder)) == (1, [])
        await pilot.press("f")
        await until(pilot, lambda: "The rest of the answer was not read" in text_of(on.app))
        await pilot.press("y")
        # The notice of it may have gone by the time that one looks.
        await until(pilot, lambda: [each.read_bytes() for each in files_in(folder)] == [LARGE])
    assert len(seen) == 2


async def test_a_stranger_at_the_apis_port_is_not_asked_for_the_rest(folder: Path) -> None:
    """security.md 53."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=LARGE)

    on = stage(signed_in=True, api=answer)
    async with on.app.run_test(size=SIZE, notifications=True) as pilot:
        await at_the_api(pilot, on)
        await pilot.press("p")
        await until(pilot, lambda: "bytes were read" in text_of(on.app))
        why = "Port 3001 is held by process 7 (nc)."
        on.app.servers = (ServerStatus("api", "failed", CONFIG.api_url, why, is_port_taken=True),)
        await pilot.press("f")
        await until(pilot, lambda: "Your token was not sent." in " ".join(text_of(on.app).split()))
    assert (len(seen), files_in(folder)) == (1, [])


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
        await until(pilot, lambda: "bytes were read" in text_of(on.app))
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
        await until(pilot, lambda: "bytes were read" in text_of(on.app))
        await pilot.press("f")
        await until(pilot, lambda: "This time the API answered 404." in text_of(on.app))
    assert not files_in(folder)
