"""What an API answered, or why it did not: the verdict, the facts, and what to make of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tui.auth.clock_skew import seconds_to_wait
from tui.errors import ApiUnreachable, Obstacle
from tui.json_value import json_object
from tui.moments import length_to_wait

LONGEST_TIMING: Final = 1000
"""Characters of a `Server-Timing` header that are looked at."""

LONGEST_SIZE: Final = 15
"""Digits of a `Content-Length` that is believed: an exabyte has more."""

DURATION: Final = re.compile(r";\s*dur\s*=\s*\"?(\d{1,9}(?:\.\d{1,9})?)")

WEB_PAGE: Final = (
    "This is a web page, not an API's answer: apiUrl in auth_config.json leads to a website, or "
    "to a proxy's own page."
)

HINTS: Final[Mapping[int, str]] = {
    404: "There is no such route: check the path, and apiUrl in auth_config.json.",
    405: "The route is there, but not for this method.",
    429: "Too many calls: wait, then call again.",
}
"""What to do, by status, where the token is not the reason."""

REASONS: Final = ("error_description", "detail")
"""Members of an answer's body that say for people what was wrong."""

FAILED: Final = "The API has an error of its own: look into its log, then call again."


class NoAnswer(ApiUnreachable):
    """No whole answer came; `kind` tells what stood in the way."""

    def __init__(self, message: str, kind: Obstacle) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class PingResult:
    """What the API answered. Nothing in it is safe to print as it is."""

    url: str
    status: int
    reason: str
    """The reason phrase, such as "Unauthorized"."""
    headers: Mapping[str, str] = field(repr=False)
    """By their names in lower case; several of one name are one, with commas between."""
    body: str = field(repr=False)
    """The text; for bytes that are no text, a description of them."""
    elapsed_seconds: float
    """From the first byte that was sent, or the connection to be made, to the last that came."""
    method: str = "GET"
    parts: Mapping[str, float] = field(default_factory=dict)
    """What that consists of, in seconds: `connect`, `TLS`, `first byte`, `body`."""
    content: bytes = field(default=b"", repr=False)
    """The bytes of a body that is no text."""
    size_bytes: int = 0
    """Of the body, as far as it was read."""
    is_cut: bool = False
    """Whether there is more of it."""

    @property
    def ok(self) -> bool:
        """Whether the API took the token."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """The result in one sentence: the answer's `msg`, or what the server responded with."""
        if not self.ok:
            return f"Error: the server {self.outcome}"
        message = (json_object(self.body) or {}).get("msg")
        return message if isinstance(message, str) else f"{self.status} {self.reason}"

    @property
    def outcome(self) -> str:
        """What the server did that is no success."""
        return f"responded with '{self.status}: {self.reason}'"

    @property
    def part_read(self) -> str:
        """How much of the body was read, where that is not all; else an empty string."""
        if not self.is_cut:
            return ""
        told = self.headers.get("content-length", "")
        whole = f" of {int(told):,}" if told.isdecimal() and len(told) <= LONGEST_SIZE else ""
        return f"the first {self.size_bytes:,}{whole} bytes"

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` value of a refusal, or an empty string."""
        return self.headers.get("www-authenticate", "")

    @property
    def request_id(self) -> str:
        """What to ask the API's people about, or an empty string."""
        return self.headers.get("x-request-id", self.headers.get("x-correlation-id", ""))

    @property
    def serving_seconds(self) -> float | None:
        """How long the API says that it took: the first `dur` of `Server-Timing` (W3C)."""
        found = DURATION.search(self.headers.get("server-timing", "")[:LONGEST_TIMING])
        return float(found[1]) / 1000 if found else None

    @property
    def retry_after_seconds(self) -> int | None:
        """How long the API asks to wait (RFC 9110 10.2.3)."""
        return seconds_to_wait(self.headers)

    @property
    def is_html(self) -> bool:
        """Whether a web page came, where an API answers with data."""
        kind = self.headers.get("content-type", "").lower()
        return "html" in kind or self.body.lstrip()[:15].lower().startswith(("<!doctype", "<html"))

    @property
    def hint(self) -> str:
        """What to make of an answer that is no refusal of the token, or an empty string."""
        if self.is_html and self.status < 500 and self.status not in HINTS:
            return WEB_PAGE  # many an API tells of its errors in one, too
        if 300 <= self.status < 400:
            where = self.headers.get("location", "nowhere")
            return f"It points to {where}; tokens do not follow. Check apiUrl and the path."
        if self.status >= 500:
            return " ".join(filter(None, (FAILED, self.wait_asked, self.reason_told)))
        if self.status < 400:
            return ""
        told = self.reason_told
        # What the API says itself of a wrong path or method is more than a guess of ours.
        ours = "" if told and self.status in (404, 405) else HINTS.get(self.status)
        return " ".join(filter(None, (ours, self.wait_asked, told)))

    @property
    def wait_asked(self) -> str:
        """How long it asks to wait, in a sentence, or an empty string."""
        seconds = self.retry_after_seconds
        return "" if seconds is None else f"It asks to wait {length_to_wait(seconds)}."

    @property
    def reason_told(self) -> str:
        """The reason in the body's own words (RFC 6749 5.2, RFC 9457 3.1.4), or an empty string."""
        return f"The API says: “{self.reason_in_body}”" if self.reason_in_body else ""

    @property
    def reason_in_body(self) -> str:
        """That reason alone."""
        if self.challenge:  # which says it, and is explained
            return ""
        members = json_object(self.body) or {}
        told = (members.get(name) for name in REASONS)
        return next((each for each in told if isinstance(each, str) and each), "")
