"""How long a call took on the wire, and what of: measured where bytes go out and come in."""

from collections.abc import Callable, Mapping
from typing import Final

PARTS: Final[Mapping[str, str]] = {
    "connect_tcp": "connect",
    "start_tls": "TLS",
    "send_request_headers": "first byte",
    "send_request_body": "first byte",
    "receive_response_headers": "first byte",
    "receive_response_body": "body",
}
"""The steps of an exchange, as httpcore's trace extension names them, and the part each is in."""


class Stopwatch:
    """Times one exchange. Without steps to follow, it times all between start and end."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._since: dict[str, float] = {}
        self._parts: dict[str, float] = {}

    def observe(self, event: str) -> None:
        """Take note of an event, such as `http11.receive_response_headers.complete`."""
        now = self._clock()
        step, _, phase = event.partition(".")[2].partition(".")
        part = PARTS.get(step)
        if part is not None and phase == "started":
            self._since.setdefault(part, now)
        elif part is not None and phase == "complete":
            self._parts[part] = now - self._since.get(part, now)

    @property
    def parts(self) -> Mapping[str, float]:
        """What the exchange consisted of, in seconds; a connection that was there has no part."""
        return self._parts

    def elapsed(self) -> float:
        """Return the seconds on the wire: what lies between the steps is this program's own."""
        return sum(self._parts.values()) or self._clock() - self._began
