"""A progress line on stderr, where stderr is a terminal."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from tui.moments import Sleep
from tui.text import shortened

FIRST_SECONDS: Final = 0.5
"""What ends within this needs no line."""

NEXT_SECONDS: Final = 0.25

ERASE_LINE: Final = "\r\x1b[K"


@dataclass
class ProgressLine:
    """One line at the terminal, overwritten as things go on."""

    text: Callable[[float], str]
    """Returns what there is to say after so many seconds; it is printable."""
    is_hidden: bool = False
    """Whether something else fills the same terminal from now on."""
    _is_shown: bool = field(default=False, init=False)

    def show(self, seconds: float) -> None:
        """Write the line over the one before."""
        if not self.is_hidden:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(ERASE_LINE + shortened(self.text(seconds), width))
            sys.stderr.flush()
            self._is_shown = True

    def erase(self) -> None:
        """Remove the line until the next `show`, to make room for a line that stays."""
        if self._is_shown:
            sys.stderr.write(ERASE_LINE)
            sys.stderr.flush()
            self._is_shown = False

    def hide(self) -> None:
        """Remove the line for good."""
        self.is_hidden = True
        self.erase()


@asynccontextmanager
async def show_progress(
    line: ProgressLine,
    clock: Callable[[], float] = monotonic,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[ProgressLine]:
    """Show the line while the block lasts, from half a second on; at a terminal only."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield line
        return
    telling = asyncio.create_task(_tell(line, clock, sleep))
    try:
        yield line
    finally:
        telling.cancel()
        await asyncio.wait([telling])
        line.hide()


async def _tell(line: ProgressLine, clock: Callable[[], float], sleep: Sleep) -> None:
    began = clock()
    await sleep(FIRST_SECONDS)
    while True:
        line.show(clock() - began)
        await sleep(NEXT_SECONDS)
