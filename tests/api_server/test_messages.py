"""`/api/messages`: what is written there is read there, and all of it is bounded."""

import httpx
import pytest

from api_server.messages import LARGEST_BODY_BYTES, LONGEST_TEXT, MOST_MESSAGES
from tests.support.apis.checked_api import K1, Api, assert_refused, challenge_of
from tests.support.builders.tokens import claims, token

BOTH = "openid read:messages write:messages"


async def post(api: Api, body: bytes, scope: str = BOTH) -> httpx.Response:
    return await api.send("POST", "/api/messages", [f"Bearer {sent(scope)}"], body)


def sent(scope: str = BOTH) -> str:
    return token(K1, claims(scope=scope))


async def read(api: Api) -> list[dict[str, object]]:
    messages: list[dict[str, object]] = (await api.ping(sent(), "/api/messages")).json()
    return messages


async def test_what_is_written_is_read_after_it() -> None:
    api = Api()
    made = await post(api, b'{"text": "hello", "id": 1, "from": "somebody else"}')
    assert made.status_code == 201
    assert made.json() == {"id": 4, "from": str(claims()["sub"]), "text": "hello"}
    assert made.headers["cache-control"] == "no-store"
    assert (await read(api))[3:] == [made.json()]


async def test_who_may_only_read_writes_nothing() -> None:
    api = Api()
    response = await post(api, b'{"text": "hello"}', scope="openid read:messages")
    assert_refused(response, 403, "insufficient_scope")
    assert 'scope="write:messages"' in challenge_of(response)
    assert len(await read(api)) == 3


async def test_who_may_only_write_reads_nothing() -> None:
    api = Api()
    assert (await post(api, b'{"text": "hello"}', scope="write:messages")).status_code == 201
    refused = await api.ping(sent("write:messages"), "/api/messages")
    assert refused.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"", b"text", b"[]", b"{}", b'{"text": ""}', b'{"text": 7}', b"[" * 4000, b"\xff",
        b'{"text": "%s"}' % (b"x" * (LONGEST_TEXT + 1)),
    ],
)  # fmt: skip
async def test_what_is_no_message_is_400_and_kept_by_nobody(body: bytes) -> None:
    api = Api()
    response = await post(api, body)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
    assert len(await read(api)) == 3


async def test_a_body_that_no_message_has_is_413() -> None:
    api = Api()
    assert (await post(api, b" " * (LARGEST_BODY_BYTES + 1))).status_code == 413
    assert (await post(api, b'{"text": "x"}'.ljust(LARGEST_BODY_BYTES))).status_code == 201


async def test_the_last_hundred_are_kept() -> None:
    api = Api()
    for number in range(MOST_MESSAGES + 2):
        await post(api, b'{"text": "%d"}' % number)
    kept = await read(api)
    assert [message["text"] for message in kept[3:5]] == ["2", "3"]
    assert len(kept) == 3 + MOST_MESSAGES
    assert kept[-1]["id"] == 3 + MOST_MESSAGES + 2
