"""How far a call is, in the words of the line that says so."""

from dataclasses import dataclass
from typing import Final

from tui.api.request import ApiRequest
from tui.api.upload import Upload
from tui.text import printable

UNITS: Final = ("B", "KiB", "MiB", "GiB", "TiB")


@dataclass
class Progress:
    """What has been sent and received of one call."""

    request: ApiRequest
    upload: Upload | None = None
    received_bytes: int = 0
    expected_bytes: int | None = None

    def text(self, seconds: float) -> str:
        """Return what there is to say after so many seconds."""
        parts = [f"{self.request.method} {printable(self.request.path)}", f"{seconds:.0f} s"]
        if self.upload is not None:
            parts.append(f"sent {_amount(self.upload.sent_bytes, self.upload.length_bytes)}")
        if self.received_bytes:
            parts.append(f"received {_amount(self.received_bytes, self.expected_bytes)}")
        return " · ".join(parts)


def _amount(done_bytes: int, whole_bytes: int | None) -> str:
    return _size(done_bytes) + (f" of {_size(whole_bytes)}" if whole_bytes else "")


def _size(size_bytes: int) -> str:
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size_bytes} B"
