"""What is a JWT, and how large it may be."""

import pytest

from tests.support.apis.checked_api import K1, Api, assert_refused, refused
from tests.support.builders.tokens import claims, token

GOOD = token(K1)


@pytest.mark.parametrize(
    "sent",
    [
        "opaque",
        "a.b",
        "a.b.c",
        "..",
        "a.b.c.d.e",
        "!!!.???.***",
        pytest.param(GOOD + "=", id="padded"),
        pytest.param(GOOD.replace(".", ".=", 1), id="padding-within"),
        pytest.param(GOOD + "\xff", id="not-ascii"),
    ],
)
async def test_what_is_no_jwt_is_401(api: Api, sent: str) -> None:
    await refused(api, sent)


@pytest.mark.parametrize("payload", ["[]", '"text"', "7", "null", "true", "", "{", "{}x", "\xff"])
async def test_payload_that_is_no_object_is_401(api: Api, payload: str) -> None:
    await refused(api, token(K1, payload.encode("latin-1")))


async def test_token_over_8_kib_is_431(api: Api) -> None:
    response = await api.ping("a" * 8193)
    assert_refused(response, 431, "invalid_request")


async def test_token_of_8_kib_is_read() -> None:
    api = Api()
    filled = claims(pad="")
    spare = 8192 - len(token(K1, filled))
    sent = token(K1, claims(pad="x" * (spare * 3 // 4 - 2)))
    assert 8180 < len(sent) <= 8192
    assert (await api.ping(sent)).status_code == 200
