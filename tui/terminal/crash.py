"""When the app breaks: a few words, what was saved, and where the details are.

The details are frames and kinds of errors only. What an error says, and what variables hold, may
be a token.
"""

import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from tui.private_file import open_log

LOG_NAME = "crash.log"


def report_crash(
    error: BaseException,
    session_words: str,
    logs: Path,
    now: datetime,
    shown: Callable[[Path], str] = str,
) -> str:
    """Write the details into the log, and return the words for the terminal.

    `shown` writes a path for people.
    """
    log = logs / LOG_NAME
    lines = [
        "Doorkey has come upon an error of its own and had to end. We are sorry.",
        f"  What: {type(error).__name__}, in {_place(error)}",
        f"  Your session: {session_words}",
    ]
    if _append(log, f"{now.isoformat()}\n{details(error)}\n"):
        lines.append(f"  Details, without any token: {shown(log)}")
    return "\n".join(lines)


def details(error: BaseException) -> str:
    """Tell the kinds of the errors and where they came up; no messages, no variables."""
    parts: list[str] = []
    seen: BaseException | None = error
    while seen is not None:
        frames = traceback.extract_tb(seen.__traceback__)
        parts += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        parts.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    return "\n".join(parts)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _append(log: Path, text: str) -> bool:
    with suppress(OSError):
        with open(open_log(log), "a", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor has no path
            file.write(text)
        return True
    return False
