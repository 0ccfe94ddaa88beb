"""What a browser is started with, and who else may read it (security.md 53, 54)."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.ports import free_ports
from tests.support.processes.other_user import NOBODY, needs_root, request_of, send_as
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, led_on
from tests.support.tenants.sign_ins import SignIns
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.sign_in.surroundings import Surroundings
from tui.auth.store.store import MemoryStore
from tui.errors import SignInFailed

START = re.compile(r"http://127\.0\.0\.1:[0-9]+/start/[A-Za-z0-9_-]{22}")
"""22 characters of base64url hold 128 bits."""


class Browsers:
    """Notes what each browser was started with; a person does the rest."""

    def __init__(self) -> None:
        self.started: list[str] = []

    async def __call__(self, url: str) -> bool:
        self.started.append(url)
        return True


@pytest.fixture
def browsers() -> Browsers:
    return Browsers()


@pytest.fixture
def signing(signing: SignIns, browsers: Browsers) -> SignIns:
    signing.service.open_url = browsers  # type: ignore[misc] # this test's service
    return signing


async def opened(signing: SignIns, **options: object) -> "asyncio.Task[LoginEvent]":
    """Begin a sign-in, and wait until its browser has been started."""
    there = asyncio.Event()

    def watch(progress: object) -> None:
        signing.watch(progress)  # type: ignore[arg-type] # what it is told
        if signing.progress[-1].browser == "opened":
            there.set()

    asked = SignInOptions(**options)  # type: ignore[arg-type] # a test's
    signing.sign_in = signing.service.begin_login(options=asked, watch=watch)
    answer = asyncio.create_task(signing.sign_in.answer())
    await there.wait()
    return answer


async def fetch_as_nobody(url: str) -> str:
    """Have another user of this machine fetch `url`; return the answer."""
    address = urlsplit(url)
    target = address.path + (f"?{address.query}" if address.query else "")
    request = request_of("127.0.0.1", address.port or 0, target)
    command = send_as(NOBODY, "127.0.0.1", address.port or 0, request)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output.decode()


async def test_a_browser_is_started_with_nothing_but_a_page_of_ours(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    (started,) = browsers.started
    assert START.fullmatch(started)
    assert await led_on(started) == signing.progress[-1].url
    answer.cancel()


async def test_the_address_to_copy_is_the_tenants_own(signing: SignIns) -> None:
    answer = await opened(signing)
    assert signing.progress[-1].url.startswith(signing.tenant.metadata["authorization_endpoint"])  # type: ignore[arg-type] # a text
    answer.cancel()


async def test_a_second_visit_ends_the_sign_in_and_says_that_somebody_has_read_it(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    await browse(browsers.started[0])
    second = await browse(browsers.started[0])
    assert second.startswith("HTTP/1.1 403")
    assert "location" not in second.lower()
    # Were it not over, the right answer would end it well.
    await signing.tenant.no_browser(signing.progress[-1].url)
    with suppress(OSError):
        await browse(signing.answer(code="the-code"))
    with pytest.raises(SignInFailed, match="somebody else on this machine has read it"):
        await answer


async def test_each_browser_has_an_address_of_its_own_and_an_older_one_leads_nowhere(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    assert await signing.sign_in.open_browser()
    first, second = browsers.started
    assert first != second
    assert (await browse(first)).startswith("HTTP/1.1 404")
    assert await led_on(second) == signing.progress[-1].url
    assert not answer.done()
    answer.cancel()


@needs_root
async def test_another_user_who_has_read_the_address_is_not_led_on(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    refused = await fetch_as_nobody(browsers.started[0])
    assert "Another user of this machine runs this Doorkey" in refused
    assert "location" not in refused.lower()
    # Nor is the address used up for the one whom it is for.
    assert await led_on(browsers.started[0]) == signing.progress[-1].url
    answer.cancel()


@needs_root
async def test_another_user_cannot_answer_with_a_code_of_their_own(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    await signing.tenant.no_browser(signing.progress[-1].url)
    refused = await fetch_as_nobody(signing.answer(code="mallorys"))
    assert "Another user of this machine runs this Doorkey" in refused
    assert not answer.done()
    await browse(signing.answer(code="the-code"))
    assert (await answer).logged_in


@needs_root
async def test_another_user_cannot_end_a_sign_in_with_an_error(
    signing: SignIns, browsers: Browsers
) -> None:
    answer = await opened(signing)
    await signing.tenant.no_browser(signing.progress[-1].url)
    refused = await fetch_as_nobody(signing.answer(code=None, error="access_denied"))
    assert "Another user of this machine runs this Doorkey" in refused
    assert not answer.done()
    answer.cancel()


async def test_where_no_redirect_uri_is_free_the_page_is_on_another_port(
    tenant: ScriptedTenant, clock: Clock, browsers: Browsers
) -> None:
    (port,) = free_ports(1)
    uri = f"http://127.0.0.1:{port}/callback"
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", port)
    signing = SignIns(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
    signing.service.open_url = browsers  # type: ignore[misc] # this test's service
    answer = await opened(signing, way="paste")
    assert START.fullmatch(browsers.started[0])
    assert urlsplit(browsers.started[0]).port != port
    answer.cancel()
    server.close()
    await signing.service.aclose()


async def test_a_browser_that_shows_the_app_is_sent_to_the_tenant_itself(
    tenant: ScriptedTenant, clock: Clock, browsers: Browsers
) -> None:
    service = AuthService(
        CONFIG,
        store=MemoryStore(),
        transport=tenant,
        clock=clock,
        open_url=browsers,
        surroundings=Surroundings(on_web_page=True),
    )
    signing = SignIns(tenant, clock)
    signing.service = service
    answer = await opened(signing)
    assert browsers.started == [signing.progress[-1].url]
    answer.cancel()
    await service.aclose()
