"""docs/tenants.md, written from the table: `python -m tests.tenants_page > docs/tenants.md`."""

import sys
from collections.abc import Iterator
from typing import Final

from tui.config.keys import DEFAULT_REDIRECT_URIS, DEFAULT_SCOPE
from tui.config.vendors.table import VENDORS
from tui.config.vendors.vendor import Said, Vendor

FACTS: Final = {"client": "CLIENT-ID", "audience": "AUDIENCE", "callbacks": "the callback URLs"}

BEGINNING: Final = """\
# Tenants, by vendor

`doorkey init` looks a tenant up, knows its vendor, writes the config and prints these steps with
your own values in them. Statements without a mark were seen here, at the provider itself; those
with (read) were only read, in the vendor's documentation, in its source or in the words of its
maintainers: menus may be called otherwise by now. Capitals stand for what is yours.

The callback URLs are, unless an entry says otherwise, `http://127.0.0.1:8642/callback` and
`http://127.0.0.1:18642/callback`; they are log-out URLs, too.
"""

NOT_HERE: Final = "## Apple, Slack, GitHub\n\nNo native app can sign in there:\n"


def page() -> str:
    """Return the whole page."""
    able = (each for each in VENDORS if not each.why_not)
    unable = (f"- **{each.name}** (read): {each.why_not}" for each in VENDORS if each.why_not)
    entries = ["\n".join(_entry(each)) for each in able]
    return "\n".join([BEGINNING, *entries, NOT_HERE, *unable]) + "\n"


def _entry(vendor: Vendor) -> Iterator[str]:
    yield f"## {vendor.name}\n"
    for number, step in enumerate(vendor.register, 1):
        yield f"{number}. {_marked(step)}"
    yield f"\n- Config: {', '.join(_config(vendor))}"
    if vendor.differs:
        yield f"- Different: {' '.join(map(_marked, vendor.differs))}"
    if vendor.limits:
        yield f"- Limits: {' '.join(map(_marked, vendor.limits))}"
    yield ""


def _config(vendor: Vendor) -> Iterator[str]:
    yield f'`"domain": "{vendor.issuer}"`'
    if vendor.audience_parameter == "by audience":
        yield '`"audienceParameter": "resource"` or `"audience"`'
    elif vendor.audience_parameter != "audience":
        yield f'`"audienceParameter": "{vendor.audience_parameter}"`'
    if vendor.scope != DEFAULT_SCOPE:
        yield f'`"scope": "{vendor.scope.format_map(FACTS)}"`'
    if vendor.redirect_uris != DEFAULT_REDIRECT_URIS:
        yield f"callbacks on `localhost`: `{'`, `'.join(vendor.redirect_uris)}`"
    if vendor.authorization_params:
        members = ", ".join(f'"{name}": "{text}"' for name, text in vendor.authorization_params)
        yield f'`"authorizationParams": {{{members}}}`'
    if vendor.demands_secret:
        yield "the client secret, in the keyring by `doorkey init`"


def _marked(said: Said) -> str:
    text = said.text.format_map(FACTS)
    if said.was_run:
        return text
    return f"{text.removesuffix('.')} (read)."


if __name__ == "__main__":
    sys.stdout.write(page())
