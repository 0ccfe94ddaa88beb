"""When a token is good."""

import json

import pytest

from tests.support.apis.checked_api import K1, Api, refused
from tests.support.builders.tokens import claims, token
from tests.support.clocks import NOW


async def test_expired_by_four_seconds_is_let_in(api: Api) -> None:
    assert (await api.ping(token(K1, claims(exp=NOW - 4)))).status_code == 200


async def test_expired_by_five_seconds_is_401_and_says_by_how_much(api: Api) -> None:
    assert "expired 5 s ago" in await refused(api, token(K1, claims(exp=NOW - 5)))


async def test_exp_missing_is_401(api: Api) -> None:
    assert "no exp" in await refused(api, token(K1, claims(exp=None)))


NOT_A_TIME = [
    '"1900000000"',
    "true",
    "false",
    "null",
    "9e99",
    "-1",
    "1e999",
    "[1]",
    "{}",
    "1" * 400,
]


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", NOT_A_TIME)
async def test_time_that_is_no_number_of_seconds_is_401(api: Api, name: str, value: str) -> None:
    rest = encoded_without(name)
    await refused(api, token(K1, f'{rest}, "{name}": {value}}}'))


def encoded_without(name: str) -> str:
    return json.dumps({key: value for key, value in claims().items() if key != name})[:-1]


async def test_nbf_three_seconds_ahead_is_let_in(api: Api) -> None:
    assert (await api.ping(token(K1, claims(nbf=NOW + 3)))).status_code == 200


async def test_nbf_a_minute_ahead_is_401(api: Api) -> None:
    assert "60 s in the future" in await refused(api, token(K1, claims(nbf=NOW + 60)))


async def test_iat_an_hour_ahead_is_401(api: Api) -> None:
    await refused(api, token(K1, claims(iat=NOW + 3600)))
