"""How a sign-in ends: at any moment, at once, and with nothing left behind."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.ports import free_ports
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, hang_up
from tests.support.tenants.sign_ins import SignIns
from tui.auth.session import LoginEvent, SignInProgress
from tui.auth.sign_in.loopback import LoopbackListener
from tui.errors import SignInCancelled, SignInTimedOut

AT_ONCE_SECONDS: Final = 2.0
"""Milliseconds, or more on a busy machine; every time limit on the way is longer."""

DESCRIPTORS: Final = Path("/proc/self/fd")

Login = asyncio.Task[LoginEvent]
Stage = Callable[[SignIns], Awaitable[Login]]


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[SignIns]:
    (port,) = free_ports(1)
    uri = f"http://127.0.0.1:{port}/callback"
    made = SignIns(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
    yield made
    await made.service.aclose()


class NeverAnswers:
    """A tenant's endpoint that keeps everybody waiting."""

    def __init__(self, tenant: ScriptedTenant, path: str) -> None:
        self.asked = asyncio.Event()
        self._path = path
        self._handle = tenant.handle_async_request
        tenant.handle_async_request = self  # type: ignore[method-assign] # this test's tenant

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == self._path:
            self.asked.set()
            await asyncio.Event().wait()
        return await self._handle(request)


async def preparing(signing: SignIns) -> Login:
    endpoint = NeverAnswers(signing.tenant, "/.well-known/openid-configuration")
    task = signing.begin()
    await endpoint.asked.wait()
    return task


async def opening(signing: SignIns) -> Login:
    asked = asyncio.Event()

    async def browser(_url: str) -> bool:
        asked.set()
        await asyncio.Event().wait()
        return True

    signing.service.open_url = browser  # type: ignore[misc] # this test's service
    task = asyncio.create_task(signing.service.login(watch=signing.watch))
    await asked.wait()
    return task


async def waiting(signing: SignIns) -> Login:
    task = signing.begin()
    await signing.waiting()
    return task


async def half_answered(signing: SignIns) -> Login:
    task = await waiting(signing)
    port = int(signing.service.config.redirect_uris[0].split(":")[2].split("/")[0])
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /callback?co")
    await writer.drain()
    signing.waits.clear()
    task.add_done_callback(lambda _task: writer.close())
    return task


async def asking_for_a_code(signing: SignIns) -> Login:
    endpoint = NeverAnswers(signing.tenant, "/device_authorization")
    task = await waiting(signing)
    signing.sign_in.begin_device()
    await endpoint.asked.wait()
    return task


async def polling(signing: SignIns) -> Login:
    signing.naps_allowed = 0
    task = await waiting(signing)
    signing.sign_in.begin_device()
    while not signing.progress[-1].device:
        await signing.waits.wait()
        signing.waits.clear()
    return task


async def completing(signing: SignIns) -> Login:
    endpoint = NeverAnswers(signing.tenant, "/token")
    task = await waiting(signing)
    await browse(signing.answer())
    await endpoint.asked.wait()
    return task


STAGES: Final[tuple[Stage, ...]] = (
    preparing, opening, waiting, half_answered, asking_for_a_code, polling, completing,
)  # fmt: skip


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
async def test_cancelling_leaves_no_socket_and_no_task_and_is_at_once(
    signing: SignIns, stage: Stage
) -> None:
    tasks, descriptors = asyncio.all_tasks(), open_descriptors()
    task = await stage(signing)
    began = time.perf_counter()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with await LoopbackListener.bind(signing.service.config.redirect_uris):
        took_seconds = time.perf_counter() - began
    await settle()
    assert took_seconds < AT_ONCE_SECONDS
    assert asyncio.all_tasks() == tasks
    assert open_descriptors() == descriptors


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
async def test_another_sign_in_can_take_the_place_at_any_stage(
    signing: SignIns, stage: Stage
) -> None:
    first = await stage(signing)
    if isinstance(signing.tenant.handle_async_request, NeverAnswers):
        del signing.tenant.handle_async_request
    signing.service.open_url = signing.tenant.browser  # type: ignore[misc] # this test's service
    assert (await signing.service.login()).logged_in
    with pytest.raises(SignInCancelled):
        await first


async def test_whoever_watches_and_fails_leaves_no_error_behind(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    untold: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, of: untold.append(of))
    await sign_in_before_a_watcher_that_fails(SignIns(tenant, clock))
    gc.collect()  # which tells of tasks whose errors nobody has taken
    assert not untold


async def sign_in_before_a_watcher_that_fails(signing: SignIns) -> None:
    told = asyncio.Event()

    def watch(progress: SignInProgress) -> None:
        if progress.browser == "failed":
            told.set()
            raise LookupError("the screen is gone")

    signing.service.open_url = signing.tenant.no_browser  # type: ignore[misc] # this test's service
    signing.service.begin_login(watch=watch)
    await told.wait()
    await signing.service.aclose()


async def test_all_sockets_are_gone_at_once_after_the_answer(signing: SignIns) -> None:
    tasks = asyncio.all_tasks()
    task = await waiting(signing)
    port = int(signing.service.config.redirect_uris[0].split(":")[2].split("/")[0])
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    await browse(signing.answer())
    began = time.perf_counter()
    await task
    for reader, _ in idle:
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    assert time.perf_counter() - began < AT_ONCE_SECONDS
    assert asyncio.all_tasks() == tasks
    for _, writer in idle:
        await hang_up(writer)


async def test_a_connection_taken_up_while_closing_is_dropped() -> None:
    listener = await LoopbackListener.bind(CONFIG.redirect_uris)
    port = int(listener.redirect_uri.split(":")[2].split("/")[0])
    tasks = asyncio.all_tasks()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await listener.close()
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    await hang_up(writer)
    assert asyncio.all_tasks() == tasks


async def test_two_apps_sign_in_at_the_same_time(clock: Clock) -> None:
    first_port, second_port = free_ports(2)
    uris = tuple(f"http://127.0.0.1:{port}/callback" for port in (first_port, second_port))
    config = replace(CONFIG, redirect_uris=uris)
    one, two = (SignIns(ScriptedTenant(clock), clock, config) for _ in range(2))
    tasks = []
    for each in (one, two):
        tasks.append(each.begin())
        await each.waiting()
    assert {one.progress[-1].redirect_uri, two.progress[-1].redirect_uri} == set(uris)
    crossed = one.answer().replace(str(first_port), str(second_port))
    assert " 400 " in await browse(crossed)
    await asyncio.gather(browse(two.answer()), browse(one.answer()))
    assert all(event.logged_in for event in await asyncio.gather(*tasks))
    for each in (one, two):
        await each.service.aclose()


async def test_nobody_answering_says_which_callback_urls_must_be_allowed(
    signing: SignIns,
) -> None:
    with pytest.raises(SignInTimedOut) as raised:
        await signing.begin(patience_seconds=0.01)
    assert signing.service.config.redirect_uris[0] in str(raised.value)
    assert "the-client" in str(raised.value)


def open_descriptors() -> int:
    return len(os.listdir(DESCRIPTORS)) if DESCRIPTORS.is_dir() else 0  # noqa: PTH208


async def settle() -> None:
    """Let transports that were told to close do so."""
    for _ in range(5):
        await asyncio.sleep(0)
