"""A code for another device beside the browser and the paste: the first that works counts."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.tenants.scripted_tenant import browse
from tests.support.tenants.sign_ins import SignIns
from tui.errors import (
    SignInFailed,
)


@pytest.fixture
async def waiting(signing: SignIns) -> AsyncIterator["asyncio.Task[object]"]:
    """Give a sign-in in which the browser and a device are waited for."""
    signing.naps_allowed = 0
    task = signing.begin()
    await signing.waiting()
    signing.sign_in.begin_device()
    while not signing.progress[-1].device:
        await signing.waits.wait()
        signing.waits.clear()
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_a_code_is_shown_beside_the_address_and_gives_more_time(
    signing: SignIns, waiting: "asyncio.Task[object]"
) -> None:
    progress = signing.progress[-1]
    assert progress.device_offered
    assert progress.url
    assert progress.deadline is not None
    assert (progress.deadline - signing.tenant.clock()).total_seconds() == 600


async def test_a_code_that_lives_shortly_takes_no_time_from_the_browser(signing: SignIns) -> None:
    signing.tenant.device_members = {"expires_in": 60}
    signing.naps_allowed = 0
    task = signing.begin()
    await signing.waiting()
    signing.sign_in.begin_device()
    while not signing.progress[-1].device:
        await signing.waits.wait()
        signing.waits.clear()
    deadline = signing.progress[-1].deadline
    assert deadline is not None
    assert (deadline - signing.tenant.clock()).total_seconds() == 300
    task.cancel()


async def test_the_browser_wins_over_a_waiting_device(
    signing: SignIns, waiting: "asyncio.Task[object]"
) -> None:
    assert " 200 " in await browse(signing.answer())
    await waiting
    assert signing.service.access_token == "access-1"


async def test_a_pasted_address_wins_over_a_waiting_device(
    signing: SignIns, waiting: "asyncio.Task[object]"
) -> None:
    assert (await signing.service.handle_authentication(signing.answer())).logged_in
    await waiting


async def test_the_device_wins_over_a_waiting_browser_and_frees_the_port(
    signing: SignIns,
) -> None:
    task = signing.begin()
    progress = await signing.waiting()
    signing.tenant.device_allowed = True
    signing.sign_in.begin_device()
    assert (await task).logged_in
    assert signing.service.session is not None
    assert signing.service.session.signed_in_elsewhere
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(progress.redirect_uri)


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "invalid_grant"])
async def test_a_device_that_fails_leaves_the_browser_waiting_and_may_be_tried_again(
    signing: SignIns, error: str
) -> None:
    task = signing.begin()
    await signing.waiting()
    signing.naps_allowed = 1
    signing.tenant.device_polls = [lambda _request: httpx.Response(400, json={"error": error})]
    signing.sign_in.begin_device()
    while not signing.progress[-1].device_trouble:
        await signing.waits.wait()
        signing.waits.clear()
    assert [each.device for each in signing.progress[-1:]] == [None]
    signing.sign_in.begin_device()
    while not signing.progress[-1].device:
        await signing.waits.wait()
        signing.waits.clear()
    await browse(signing.answer())
    assert await task


async def test_no_code_can_be_asked_for_once_the_sign_in_has_ended(signing: SignIns) -> None:
    task = signing.begin()
    await signing.waiting()
    await browse(signing.answer())
    await task
    with pytest.raises(SignInFailed, match="No sign-in is waiting for an answer"):
        signing.sign_in.begin_device()
