"""What External API looks like with headers and a body, with kept requests, with the proxy on."""

import httpx
import pytest
from textual.pilot import Pilot

from tests.support.app.at_the_api import at_the_api, choose_method, write_lines
from tests.support.app.looks import Looks, RunBefore
from tests.support.app.stage import Stage, stage, text_of, until
from tui.api.kept import KeptRequests
from tui.api.request import ApiRequest
from tui.app.screens.external_api.kept import KeptScreen
from tui.app.screens.external_api.proxying import ProxyLine

pytestmark = pytest.mark.snapshot

BODY = """\
{
  "customer": "größer & co",
  "lines": [{"sku": "A-7", "count": 2, "price": 1.5e2}],
  "express": true, "note": null
}"""


def created(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"msg": "Order 7 was created", "id": 7})


def writing(on: Stage) -> RunBefore:
    async def run(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        await choose_method(pilot, on, "POST")
        await write_lines(pilot, on, "headers", "Idempotency-Key: 7f3a")
        await write_lines(pilot, on, "body", BODY)

    return run


async def test_a_header_that_cannot_be_set(looks: Looks) -> None:
    on = stage(signed_in=True)

    async def wrong(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        await write_lines(pilot, on, "headers", "Idempotency-Key: 7f3a\nHost: other.example")

    await looks(on, wrong)


async def test_a_body_while_it_is_written(looks: Looks) -> None:
    on = stage(signed_in=True)
    await looks(on, writing(on))


async def test_a_post_with_headers_and_body(looks: Looks) -> None:
    on = stage(signed_in=True, api=created)

    async def sent(pilot: "Pilot[None]") -> None:
        await writing(on)(pilot)
        await pilot.press("escape", "p", "y")
        await until(pilot, lambda: "✓ Order 7 was created" in text_of(on.app))

    await looks(on, sent)


async def test_the_kept_requests(looks: Looks) -> None:
    kept = KeptRequests("https://api.example")
    kept.keep("New order", ApiRequest("POST", "/orders", (), BODY.encode()))
    kept.keep("Orders, the last first", ApiRequest("GET", "/orders?sort=-created&limit=50"))
    kept.keep("Cancel order 7", ApiRequest("DELETE", "/orders/7"))
    on = stage(signed_in=True)

    async def opened(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(on.app.screen, KeptScreen))

    await looks(on, opened)


async def test_the_proxy_while_it_is_on(looks: Looks) -> None:
    on = stage(signed_in=True)

    async def turned_on(pilot: "Pilot[None]") -> None:
        await until(pilot, lambda: on.app.account.signed_in)
        await at_the_api(pilot, on)
        # As a port and a secret that are drawn would have it.
        on.app.screen.query_one(ProxyLine).show("http://127.0.0.1:40123/q3Zt0yJm2sXw8bVn5cLk1A")
        await pilot.pause()

    await looks(on, turned_on)
