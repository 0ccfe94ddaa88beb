"""What the token endpoint says, read without a sign-in around it."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from tests.support.builders.tokens import base64url
from tests.support.clocks import START
from tui.auth.tenant.token_response import parse_token_response, wants_nonce
from tui.errors import GrantRefused, TenantMisbehaved
from tui.http.exchange import Answer
from tui.json_value import Json

RIGHT: dict[str, Json] = {"access_token": "a", "token_type": "Bearer", "expires_in": 60}
TEN_YEARS = 10 * 366 * 24 * 3600


def answer(
    members: Mapping[str, Json] | None, status: int = 200, headers: Mapping[str, str] | None = None
) -> Answer:
    body = b"" if members is None else json.dumps(members).encode()
    return Answer(status, "", headers or {}, body)


def jwt_until(exp: Json) -> str:
    return f"e30.{base64url(json.dumps({'exp': exp}).encode())}.x"


def test_what_the_tenant_leaves_out_is_none() -> None:
    response = parse_token_response(answer(RIGHT), START)
    assert (response.id_token, response.refresh_token, response.scope) == (None, None, None)
    empty = {"id_token": "", "refresh_token": "", "scope": ""}
    assert parse_token_response(answer({**RIGHT, **empty}), START) == response
    assert response.clock_skew == timedelta()


@pytest.mark.parametrize(
    ("is_bound", "token_type", "taken"),
    [
        (False, "bearer", True),
        (False, "DPoP", False),
        (True, "dpop", True),
        (True, "Bearer", False),
        (True, None, False),
    ],
)
def test_a_token_is_of_the_type_that_was_asked_for(
    is_bound: bool, token_type: Json, taken: bool
) -> None:
    found = answer({**RIGHT, "token_type": token_type})
    if taken:
        assert parse_token_response(found, START, is_bound=is_bound).access_token == "a"
        return
    with pytest.raises(TenantMisbehaved) as raised:
        parse_token_response(found, START, is_bound=is_bound)
    assert ("did not bind" in str(raised.value)) is is_bound


@pytest.mark.parametrize(
    ("status", "members", "error", "said"),
    [
        (400, {"error": "invalid_grant"}, "invalid_grant", "refused: invalid_grant."),
        (400, {"error": "e", "error_description": "d"}, "e", "refused: e (d)."),
        (200, {"error": "e", **RIGHT}, "e", "refused: e."),
        (400, None, "", "empty answer (400)"),
        (400, {"error": ""}, "", "empty answer (400)"),
        (400, {"error": 7}, "", "empty answer (400)"),
    ],
)
def test_a_refusal_has_the_tenants_word(
    status: int, members: Mapping[str, Json] | None, error: str, said: str
) -> None:
    with pytest.raises(GrantRefused) as raised:
        parse_token_response(answer(members, status), START)
    assert said in str(raised.value)
    assert raised.value.error == error


@pytest.mark.parametrize(
    ("status", "members"), [(400, RIGHT), (401, RIGHT), (401, {"error": 7}), (200, {"error": 7})]
)
def test_an_answer_that_is_no_success_gives_no_token(status: int, members: dict[str, Json]) -> None:
    with pytest.raises((GrantRefused, TenantMisbehaved), match=r"empty answer|and no `error`"):
        parse_token_response(answer(members, status), START)


@pytest.mark.parametrize(
    ("members", "is_bound"),
    [
        ({"error": "\x1b[2J" + "e" * 5000, "error_description": "\x1b]0;" + "d" * 5000}, False),
        ({"token_type": "\x1b[2J" + "t" * 5000}, False),
        ({"token_type": "\x1b[2J" + "t" * 5000}, True),
        ({"expires_in": "\x1b[2J" + "9" * 5000}, False),
    ],
)
def test_what_the_tenant_says_is_shown_short_and_harmless(
    members: dict[str, Json], is_bound: bool
) -> None:
    with pytest.raises((GrantRefused, TenantMisbehaved)) as raised:
        parse_token_response(answer({**RIGHT, **members}), START, is_bound=is_bound)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize(
    ("status", "refresh_token", "kept"),
    [(200, "rotated", "rotated"), (200, 7, None), (302, "rotated", None)],
)
def test_a_rotated_refresh_token_comes_with_the_error_where_the_tenant_has_rotated(
    status: int, refresh_token: Json, kept: str | None
) -> None:
    members: dict[str, Json] = {"token_type": "odd", "refresh_token": refresh_token}
    with pytest.raises(TenantMisbehaved) as raised:
        parse_token_response(answer(members, status), START)
    assert raised.value.refresh_token == kept


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(1, 1), ("60", 60), (TEN_YEARS, TEN_YEARS), (0, None), (TEN_YEARS + 1, None), (-1, None)],
)
def test_a_lifetime_is_above_zero_and_at_most_ten_years(
    expires_in: Json, seconds: int | None
) -> None:
    found = answer({**RIGHT, "expires_in": expires_in})
    if seconds is None:
        with pytest.raises(TenantMisbehaved, match="below ten years"):
            parse_token_response(found, START)
    else:
        expiry = parse_token_response(found, START).access_token_expiry
        assert expiry == START + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("access_token", "minutes"),
    [
        (jwt_until((START + timedelta(minutes=7)).timestamp()), 7),
        (jwt_until(None), 5),
        (jwt_until("soon"), 5),
        ("a.b.c", 5),
        ("a.W10.c", 5),
        ("opaque", 5),
    ],
)
def test_without_a_lifetime_the_token_itself_may_say_it(access_token: str, minutes: int) -> None:
    members = {**RIGHT, "expires_in": None, "access_token": access_token}
    response = parse_token_response(answer(members), START)
    assert response.access_token_expiry == START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("status", "error", "headers", "wants"),
    [
        (400, "use_dpop_nonce", {"dpop-nonce": "n"}, True),
        (401, "use_dpop_nonce", {"dpop-nonce": "n"}, False),
        (400, "invalid_grant", {"dpop-nonce": "n"}, False),
        (400, "use_dpop_nonce", {}, False),
    ],
)
def test_a_nonce_is_wanted_where_the_tenant_says_so_and_gives_one(
    status: int, error: str, headers: dict[str, str], wants: bool
) -> None:
    """RFC 9449 8."""
    assert wants_nonce(answer({"error": error}, status, headers)) is wants
    assert not wants_nonce(answer(None, 400, {"dpop-nonce": "n"}))
