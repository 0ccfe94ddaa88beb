"""The page that the browser lands on: it says where to go on, and gives nothing away."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from html import escape
from string import Template
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ground: #f3f6f6; --glow: #d5efeb; --card: #fff;
  --text: #14201f; --quiet: #566664; --line: #dbe3e2; --good: #0d9488; --bad: #b42318;
  --shadow: 0 1px 2px rgb(16 40 38 / 6%), 0 16px 40px -12px rgb(16 40 38 / 18%); }
@media (prefers-color-scheme: dark) { :root { --ground: #0b1213; --glow: #0f2a29; --card: #131c1e;
  --text: #e6efee; --quiet: #93a5a3; --line: #26353a; --good: #2dd4bf; --bad: #ff9d94;
  --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 20px 50px -12px rgb(0 0 0 / 60%); } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; color: var(--text);
  background: radial-gradient(60rem 32rem at 50% -8rem, var(--glow), transparent) var(--ground);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { box-sizing: border-box; width: min(26rem, 100vw - 2rem); padding: 2rem; text-align: center;
  background: var(--card); border: 1px solid var(--line); border-radius: 1.125rem;
  box-shadow: var(--shadow); }
svg { width: 3.5rem; height: 3.5rem; fill: none; stroke-width: 2; stroke-linecap: round;
  stroke-linejoin: round; }
.good { stroke: var(--good); } .bad { stroke: var(--bad); }
h1 { margin: 1rem 0 .5rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em; }
p { margin: 0; color: var(--quiet); overflow-wrap: anywhere; }
footer { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .875rem;
  color: var(--quiet); }
"""

STYLE_HASH: Final = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")

HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Content-Security-Policy",
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Connection", "close"),
)

TICK: Final = (
    '<svg class="good" viewBox="0 0 24 24" aria-hidden="true">'
    '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-6.5"/></svg>'
)
CROSS: Final = (
    '<svg class="bad" viewBox="0 0 24 24" aria-hidden="true">'
    '<circle cx="12" cy="12" r="10"/><path d="m8.5 8.5 7 7m0-7-7 7"/></svg>'
)

PAGE: Final = Template(
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title>$title · Doorkey</title>'
    "<style>$style</style></head><body><main>$symbol<h1>$title</h1><p>$text</p>"
    "<footer>Doorkey</footer></main></body></html>\n"
)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page and the status that it is sent with. Texts are escaped when rendered."""

    status: int
    title: str
    text: str
    good: bool = False
    location: str = field(default="", repr=False)
    """Where the browser goes at once, for a redirect."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that it is sent with."""
        location = [("Location", self.location)] if self.location else []
        return [*HEADERS, ("Content-Length", str(len(self.body))), *location]

    @property
    def body(self) -> bytes:
        """The page in UTF-8."""
        return PAGE.substitute(
            title=escape(self.title),
            text=escape(self.text),
            style=STYLE,
            symbol=TICK if self.good else CROSS,
        ).encode("utf-8", "replace")


ANSWERED: Final = ResultPage(
    200,
    "Back to your terminal",
    "Doorkey has the answer and goes on there. You can close this tab.",
    good=True,
)
SIGNED_OUT: Final = ResultPage(
    200, "You are signed out", "You can close this tab and go back to your terminal.", good=True
)
NOT_FOUND: Final = ResultPage(404, "Nothing is here", "Doorkey waits for an answer elsewhere.")
WRONG_METHOD: Final = ResultPage(405, "Only GET is answered here", "Go back to your terminal.")
WRONG_HOST: Final = ResultPage(
    400, "Not for this address", "Start from the address that the terminal shows."
)
FOREIGN_ORIGIN: Final = ResultPage(
    400, "Not from another page", "An answer comes by itself, not from a script on a page."
)
FOREIGN_USER: Final = ResultPage(
    403,
    "Not for this user",
    "Another user of this machine runs this Doorkey; only that user's browser is answered.",
)
OPENED_AGAIN: Final = ResultPage(
    403,
    "Opened twice",
    "This address is good once, and somebody has opened it before. Go back to your terminal.",
)
MALFORMED: Final = ResultPage(400, "Not understood", "Go back to your terminal.")
TOO_LONG: Final = ResultPage(431, "Too long", "Go back to your terminal.")


def refused_page(message: str) -> ResultPage:
    """Return the page for a refusal by the tenant."""
    return ResultPage(
        200, "The sign-in did not work", f"{message} Go back to your terminal to try again."
    )


def foreign_page(message: str) -> ResultPage:
    """Return the page for a request that is not the awaited answer."""
    return ResultPage(
        400,
        "Not the answer that Doorkey waits for",
        f"{message} Start from the address that the terminal shows.",
    )


def redirect_page(location: str) -> ResultPage:
    """Return a redirect that is followed with GET (303, RFC 9110 15.4.4)."""
    return ResultPage(303, "One moment", "Your browser goes on by itself.", True, location)
