"""The sign-in through a real browser, from our side: its requests, its favicon, its preconnects."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support.people.chromium import chromium
from tests.support.processes.worlds import World, new_world, serve
from tui.auth.service import AuthService
from tui.auth.session import LoginEvent
from tui.auth.store.store import MemoryStore
from tui.errors import SignInRefused

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = new_world(tmp_path_factory.mktemp("tenant"))
    with serve(made, "tenant"):
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page with cookies of its own."""
    made = await browser.new_page()
    yield made
    await made.close()


async def come_to_consent(service: AuthService, page: Page, who: str) -> "asyncio.Task[LoginEvent]":
    """Sign in on the tenant's page, up to its question; return what waits for the answer."""
    login = asyncio.create_task(service.login())
    await page.fill("input[name=username]", who)
    await page.fill("input[name=password]", f"{who}-password")
    await page.click("button[type=submit]")
    return login


def service_at(page: Page, world: World) -> AuthService:
    async def open_url(url: str) -> bool:
        await page.goto(url)
        return True

    return AuthService(world.config, store=MemoryStore(), open_url=open_url)


async def test_login_and_consent_lead_to_the_callback_page_and_a_session(
    world: World, page: Page
) -> None:
    service = service_at(page, world)
    login = await come_to_consent(service, page, "alice")
    await page.click("button[value=allow]")
    event = await login
    assert event.profile is not None
    assert event.profile.email == "alice@example.com"
    await page.wait_for_selector("text=Back to your terminal")
    assert page.url.startswith(world.config.redirect_uris[0])

    steps = await service.log_out()
    assert [step.outcome for step in steps] == ["done", "done", "done"], steps
    await page.wait_for_selector("text=You are signed out")
    await service.aclose()


async def test_denied_consent_ends_the_sign_in_with_the_reason(world: World, page: Page) -> None:
    service = service_at(page, world)
    login = await come_to_consent(service, page, "bob")
    await page.click("button[value=deny]")
    with pytest.raises(SignInRefused, match="You did not allow it"):
        await login
    await page.wait_for_selector("text=The sign-in did not work")
    await service.aclose()
