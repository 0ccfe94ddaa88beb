"""A token that an API repeats, wherever it does: nothing of ours shows it (security.md 40)."""

import html
import logging
import traceback
from dataclasses import fields
from itertools import product
from urllib.parse import unquote

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.bound import bound
from tests.support.tenants.echoes import PLACES, STATUSES, echo
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tui.api.call import Call, Caller
from tui.api.client import ApiClient
from tui.api.document import Document
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore
from tui.text import printable_block

CANARY = "c4n4ry-t0ken.with-parts_of.A-JWT"

ERRORS = {
    "connect": httpx.ConnectError(CANARY),
    "header": httpx.LocalProtocolError(f"Illegal header value b'Bearer {CANARY} '"),
    "answer": httpx.RemoteProtocolError(f"illegal status line: {CANARY}"),
    "timeout": httpx.ReadTimeout(CANARY),
    "proxy": httpx.ProxyError(CANARY),
}


async def call(api: httpx.MockTransport, kept: Session | None = None) -> Call:
    """Call `api` with the canary."""
    clock = Clock()
    client = ApiClient(CONFIG.api_url, transport=api)
    service = AuthService(
        CONFIG,
        store=MemoryStore(kept or session(access_token=CANARY)),
        transport=ScriptedTenant(clock),
        clock=clock,
    )
    async with service:
        await service.restore()
        return await Caller(service, client, clock).call()


def words_of(call: Call) -> str:
    """All that a screen or a log could take from a call, also as a reader would decode it."""
    said = [repr(call)]
    for part in (call.result, call.explanation):
        if part is not None:
            said += [str(getattr(part, field.name)) for field in fields(part)]
    if call.result is not None:
        document = Document(call.result.body)
        said += [line.text for line in document.lines]
        said += [call.result.message, call.result.hint, call.result.request_id]
        said += [html.unescape(call.result.body), unquote(call.result.body)]
        said.append(call.result.body.encode().decode("unicode_escape", "replace"))
    if call.no_answer is not None:
        said += [str(call.no_answer), repr(call.no_answer)]
        said += traceback.format_exception(call.no_answer)
    said.append(printable_block("".join(said)))
    return "\n".join(said).lower()


@pytest.mark.parametrize(("place", "status"), product(PLACES, STATUSES))
async def test_no_answer_shows_the_token_that_it_repeats(
    place: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = await call(httpx.MockTransport(echo(place, status)))
    assert made.result is not None
    assert made.result.status == status
    assert CANARY.lower() not in words_of(made)
    assert CANARY.lower() not in caplog.text.lower()


@pytest.mark.parametrize("place", PLACES)
async def test_no_answer_shows_the_proof_that_it_repeats(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    """security.md 40: it may not have been used yet."""
    caplog.set_level(logging.DEBUG)
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers.get("dpop", ""))
        return echo(place, 401)(request)

    made = await call(httpx.MockTransport(answer), bound(session(access_token=CANARY)))
    told = words_of(made) + caplog.text.lower()
    assert sent[0].startswith("eyJ")
    for hidden in (CANARY, *filter(None, sent)):
        assert hidden.lower() not in told


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
async def test_letters_beside_bytes_do_not_show_the_token(encoding: str) -> None:
    content = b"\0" + CANARY.encode(encoding)
    made = await call(httpx.MockTransport(lambda _: httpx.Response(200, content=content)))
    assert made.result is not None
    assert "[your" in made.result.body
    assert "c4n" not in made.result.body.replace(".", "")


@pytest.mark.parametrize("error", ERRORS)
async def test_no_failure_shows_the_token_that_a_library_put_into_its_message(
    error: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def fail(_request: httpx.Request) -> httpx.Response:
        raise ERRORS[error]

    made = await call(httpx.MockTransport(fail))
    assert made.no_answer is not None
    assert CANARY not in words_of(made)
    assert CANARY not in caplog.text
