"""Saves the answer that is shown as a file: as it was read, or called for again and streamed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from textual.screen import Screen

from tui.api.answer import PingResult
from tui.api.body import image_type
from tui.api.call import Call, Caller
from tui.api.request import ApiRequest
from tui.app.screens.external_api.dialogs import again_question
from tui.app.widgets.calls.call_view import CallView
from tui.config.paths import shown
from tui.errors import DoorkeyError
from tui.moments import Clock
from tui.private_file import create_private
from tui.text import printable

ENDINGS: Final = {"PNG": "png", "GIF": "gif", "JPEG": "jpg", "WebP": "webp", "BMP": "bmp"}
"""What the name of a file with an image ends in."""


class NotSaved(Exception):
    """The whole answer is in no file; says why, for people."""


class Saving:
    """Writes new files in the folder that one is in, for oneself alone, and never over another."""

    def __init__(self, screen: Screen[None], caller: Caller, clock: Clock) -> None:
        self._screen = screen
        self._caller = caller
        self._clock = clock
        self._saved_bytes = 0

    async def save(self, call: Call) -> None:
        """Save the answer of a call, and say where; what was cut is called for again."""
        result = call.result
        if result is None:
            return
        path = Path.cwd() / f"answer-{self._clock():%Y-%m-%d-%H%M%S}.{_ending(result)}"
        try:
            if not result.is_cut:
                with _new_file(path) as file:
                    file.write(result.content or result.body.encode("utf-8", "replace"))
            elif not await self._save_whole(call, path):
                return
        except (NotSaved, OSError) as error:
            words = printable(error)
            self._screen.notify(words, title="Not saved", severity="warning", markup=False)
        else:
            words = f"{path.name}\nin {shown(path.parent)}"
            self._screen.notify(words, title="Saved", markup=False)

    async def _save_whole(self, call: Call, path: Path) -> bool:
        """Call again, and stream the answer to the file; return whether that was meant."""
        request, origin = call.request, self._caller.config.api_url
        is_meant = request.is_safe or await self._screen.app.push_screen_wait(
            again_question(origin, request)
        )
        if is_meant:
            panel = self._screen.query_one(CallView).panel
            self._saved_bytes = 0
            try:
                with panel.show_calling(lambda: self._progress(path), self._clock):
                    await self._stream(request, path)
            finally:
                panel.show(call)
        return is_meant

    async def _stream(self, request: ApiRequest, path: Path) -> None:
        try:
            async with self._caller.stream(request) as answer:
                if not 200 <= answer.status < 300:
                    raise NotSaved(f"This time the API answered {answer.status}.")
                with _new_file(path) as file:
                    async for chunk in answer.chunks():
                        file.write(chunk)
                        self._saved_bytes += len(chunk)
        except DoorkeyError as error:
            raise NotSaved(str(error)) from None

    def _progress(self, path: Path) -> str:
        return f"{self._saved_bytes:,} bytes in {shown(path)}"


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a new file to write to; remove it where that breaks off or is cancelled."""
    descriptor = create_private(path)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no path
            yield file
    except BaseException:  # half an answer looks like a whole one
        path.unlink(missing_ok=True)
        raise


def _ending(result: PingResult) -> str:
    if result.content:
        return ENDINGS.get(image_type(result.content), "bin")
    return "json" if result.body.lstrip().startswith(("{", "[")) else "txt"
