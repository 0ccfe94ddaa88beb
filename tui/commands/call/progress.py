"""A line on stderr that says how far a long call is, where stderr is a terminal."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

from tui.api.request import ApiRequest
from tui.api.upload import Upload
from tui.moments import Sleep
from tui.text import printable, shortened

FIRST_SECONDS: Final = 0.5
"""A call that ends within this needs no line."""

NEXT_SECONDS: Final = 0.25

ERASE_LINE: Final = "\r\x1b[K"

UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


@dataclass
class Progress:
    """How far a call is."""

    request: ApiRequest
    upload: Upload | None = None
    received_bytes: int = 0
    expected_bytes: int | None = None
    is_hidden: bool = False
    """Whether the answer has begun to fill the same terminal."""
    _is_shown: bool = False

    def line(self, seconds: float) -> str:
        """Return what there is to say after so many seconds."""
        parts = [f"{self.request.method} {printable(self.request.path)}", f"{seconds:.0f} s"]
        if self.upload is not None:
            parts.append(f"sent {_amount(self.upload.sent_bytes, self.upload.length_bytes)}")
        if self.received_bytes:
            parts.append(f"received {_amount(self.received_bytes, self.expected_bytes)}")
        return " · ".join(parts)

    def show(self, seconds: float) -> None:
        """Write the line over the one before."""
        if not self.is_hidden:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(ERASE_LINE + shortened(self.line(seconds), width))
            sys.stderr.flush()
            self._is_shown = True

    def hide(self) -> None:
        """Remove the line, and write no other."""
        self.is_hidden = True
        if self._is_shown:
            sys.stderr.write(ERASE_LINE)
            sys.stderr.flush()
            self._is_shown = False


@asynccontextmanager
async def show_progress(
    progress: Progress,
    clock: Callable[[], float] = monotonic,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Progress]:
    """Show the progress while the block lasts, from half a second on; at a terminal only."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield progress
        return
    telling = asyncio.create_task(_tell(progress, clock, sleep))
    try:
        yield progress
    finally:
        telling.cancel()
        await asyncio.wait([telling])
        progress.hide()


async def _tell(
    progress: Progress,
    clock: Callable[[], float],
    sleep: Sleep,
) -> None:
    began = clock()
    await sleep(FIRST_SECONDS)
    while True:
        progress.show(clock() - began)
        await sleep(NEXT_SECONDS)


def _amount(done_bytes: int, whole_bytes: int | None) -> str:
    return _size(done_bytes) + (f" of {_size(whole_bytes)}" if whole_bytes else "")


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size_bytes} B"
