"""What goes through the proxy, both ways, and what happens where one side breaks off."""

import asyncio
import resource

import pytest

from tests.support.apis.proxied import TOKEN, World, body, get, post
from tests.support.apis.scripted_api import PATIENCE_SECONDS, Asked
from tests.support.heavy import rounds
from tui.errors import SignInNeeded, TenantUnreachable

INVALID = 'WWW-Authenticate: Bearer error="invalid_token"'


async def test_path_query_headers_and_body_arrive_as_they_were_sent(world: World) -> None:
    await world.ask(
        post("/a/%2Fb?c=%20d&e"), "X-One: 1", "Cookie: a=b", "Content-Length: 3", body=b"\x00\xff!"
    )
    asked = world.api.asked[0]
    assert asked.head.startswith(b"POST /a/%2Fb?c=%20d&e HTTP/1.1\r\n")
    assert (asked.header("x-one"), asked.header("cookie"), asked.body) == (
        ["1"], ["a=b"], b"\x00\xff!",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        ("doorkey_web_8700=canary; a=b; doorkey_tenant_1f=canary", ["a=b"]),
        ("doorkey_web_8700=canary", []),
    ],
)
async def test_a_browsers_cookies_of_doorkeys_own_pages_go_no_further(
    world: World, sent: str, passed_on: list[str]
) -> None:
    """A browser sends them to every port of this machine; whoever has them is let in."""
    await world.ask(get(), f"Cookie: {sent}")
    assert world.api.asked[0].header("cookie") == passed_on
    assert b"canary-token" in world.api.asked[0].head
    assert b"=canary" not in world.api.asked[0].head


async def test_headers_of_one_connection_go_no_further(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.answer("200 OK", b"{}", "Connection: X-Mine", "X-Mine: 1", "Keep-Alive: 5")

    world.api.answer = answer
    came = await world.ask(get(), "Connection: X-Yours", "X-Yours: 1", "TE: trailers")
    assert world.api.asked[0].header("x-yours") == []
    assert world.api.asked[0].header("te") == []
    assert b"X-Mine" not in came
    assert b"keep-alive: 5" not in came.lower()


async def test_a_chunked_body_arrives_whole(world: World) -> None:
    chunks = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    await world.ask(post(), "Transfer-Encoding: chunked", body=chunks)
    assert world.api.asked[0].body == b"abcde"


async def test_an_event_arrives_before_the_next_one_is_there(world: World) -> None:
    first_was_read = asyncio.Event()

    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await asked.send(b"9\r\ndata: 1\n\n\r\n")
        await first_was_read.wait()
        await asked.send(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

    world.api.answer = answer
    reader, writer = await world.connect()
    writer.write(f"{get()}\r\nHost: {world.host}\r\n\r\n".encode())
    assert (await reader.readuntil(b"data: 1\n\n")).startswith(b"HTTP/1.1 200")
    first_was_read.set()
    await reader.readuntil(b"data: 2\n\n\r\n0\r\n\r\n")
    writer.close()


async def test_a_refused_token_is_renewed_once_and_the_request_sent_again(world: World) -> None:
    async def answer(asked: Asked) -> None:
        renewed = asked.header("authorization") == ["Bearer renewed-1"]
        await asked.answer(*(("200 OK", b"in") if renewed else ("401 No", b"", INVALID)))

    world.api.answer = answer
    came = await world.ask(post(), "Content-Length: 4", body=b"data")
    assert body(came) == b"in"
    assert [asked.body for asked in world.api.asked] == [b"data", b"data"]
    assert world.session.renewals == 1


async def test_a_token_that_is_refused_again_is_not_renewed_again(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.answer("401 No", b"no", INVALID)

    world.api.answer = answer
    assert body(await world.ask(get())) == b"no"
    assert (world.session.renewals, len(world.api.asked)) == (1, 2)


async def test_another_refusal_renews_nothing(world: World) -> None:
    async def answer(asked: Asked) -> None:
        challenge = 'WWW-Authenticate: Bearer error="insufficient_scope"'
        await asked.answer("403 No", b"no", challenge)

    world.api.answer = answer
    assert (await world.ask(get())).startswith(b"HTTP/1.1 403 No")
    assert world.session.renewals == 0


async def test_where_nobody_is_signed_in_the_answer_says_so_and_later_it_goes_on(
    world: World,
) -> None:
    world.session.failure = SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
    refused = await world.ask(get())
    assert refused.startswith(b"HTTP/1.1 401 ")
    assert b'"sign_in_needed"' in refused
    assert b"doorkey login" in refused
    world.session.failure = None
    assert (await world.ask(get())).startswith(b"HTTP/1.1 200 ")


async def test_a_tenant_out_of_reach_is_a_502_with_its_reason(world: World) -> None:
    world.session.failure = TenantUnreachable("The tenant cannot be reached.")
    refused = await world.ask(get())
    assert refused.startswith(b"HTTP/1.1 502 ")
    assert b"The tenant cannot be reached." in refused


async def test_an_api_that_is_not_there_is_a_502(world: World) -> None:
    await world.api.__aexit__()
    refused = await world.ask(get())
    assert refused.startswith(b"HTTP/1.1 502 ")
    assert b"cannot be reached" in refused


async def test_an_api_that_answers_nonsense_is_a_502(world: World) -> None:
    async def answer(asked: Asked) -> None:
        await asked.send(b"SSH-2.0-hello\r\n\r\n")

    world.api.answer = answer
    refused = await world.ask(get())
    assert refused.startswith(b"HTTP/1.1 502 ")
    assert TOKEN.encode() not in refused


async def test_a_connection_serves_one_request_after_the_other(world: World) -> None:
    reader, writer = await world.connect()
    one = f"{get()}\r\nHost: {world.host}\r\n\r\n".encode()
    writer.write(one + one)
    for _ in range(2):
        await reader.readuntil(b"{}")
    writer.write(one)
    await reader.readuntil(b"{}")
    writer.close()
    assert len(world.api.asked) == 3
    assert world.api.connections == 1


async def test_a_connection_on_which_nothing_is_asked_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.api.proxy.client_side.HEAD_SECONDS", 0.02)
    assert await world.raw(f"{get()}\r\nHost: {world.host}\r\n".encode()) == b""


async def test_a_kept_connection_that_the_api_has_closed_costs_a_get_nothing(world: World) -> None:
    async def hang_up_on_the_second(asked: Asked) -> None:
        if len(world.api.asked) == 2:
            asked.writer.close()
        else:
            await asked.answer()

    world.api.answer = hang_up_on_the_second
    await world.ask(get())
    assert (await world.ask(get())).startswith(b"HTTP/1.1 200 ")
    assert len(world.api.asked) == 3


async def test_a_post_is_never_sent_twice_because_of_a_lost_connection(world: World) -> None:
    async def hang_up_on_the_second(asked: Asked) -> None:
        if len(world.api.asked) == 2:
            asked.writer.close()
        else:
            await asked.answer()

    world.api.answer = hang_up_on_the_second
    await world.ask(get())
    came = await world.ask(post(), "Content-Length: 1", body=b"a")
    assert came.startswith(b"HTTP/1.1 502 ")
    assert len(world.api.asked) == 2


async def test_a_program_that_goes_away_ends_the_request_at_the_api_and_is_logged_so(
    world: World,
) -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def answer(request: Asked) -> None:
        asked.set()
        await request.asker_is_gone()
        gone.set()

    world.api.answer = answer
    _, writer = await world.connect()
    writer.write(f"{get()}\r\nHost: {world.host}\r\n\r\n".encode())
    await asked.wait()
    writer.close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await gone.wait()
    assert world.log[0].startswith("GET /x broken off ")


async def test_an_answer_that_comes_before_the_body_is_sent_arrives(world: World) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")

    world.api.serve = serve
    reader, writer = await world.connect()
    head = f"{post()}\r\nHost: {world.host}\r\nContent-Length: 1000000\r\n\r\n"
    writer.write(head.encode() + b"a" * 1000)
    came = await reader.read()  # the proxy ends the connection: the rest is not wanted
    assert came.startswith(b"HTTP/1.1 413 ")
    assert came.endswith(b"no")
    writer.close()


@pytest.mark.heavy
async def test_a_body_of_any_size_needs_no_more_memory(world: World) -> None:
    size = rounds(64, 2048)  # MiB
    piece = b"x" * (1 << 20)

    async def answer(asked: Asked) -> None:
        await asked.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (size << 20))
        for _ in range(size):
            await asked.send(piece)

    world.api.answer = answer
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader, writer = await world.connect()
    writer.write(f"{get()}\r\nHost: {world.host}\r\nConnection: close\r\n\r\n".encode())
    received = 0
    while chunk := await reader.read(1 << 20):
        received += len(chunk)
    writer.close()
    assert received > size << 20
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 24 * 1024


@pytest.mark.heavy
async def test_an_upload_of_any_size_needs_no_more_memory(world: World) -> None:
    size = rounds(64, 2048)  # MiB
    received = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        await reader.readuntil(b"\r\n\r\n")
        while received < size << 20:
            received += len(await reader.read(1 << 20))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    world.api.serve = serve
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader, writer = await world.connect()
    head = f"{post()}\r\nHost: {world.host}\r\nContent-Length: {size << 20}\r\n\r\n"
    writer.write(head.encode())
    for _ in range(size):
        writer.write(b"x" * (1 << 20))
        await writer.drain()
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
    writer.close()
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 24 * 1024
