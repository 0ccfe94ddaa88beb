"""A device's code and its polls, without a sign-in around them (RFC 8628)."""

import json
from datetime import datetime, timedelta

import pytest

from tests.support.clocks import START, Clock
from tui.auth.tenant.device_grant import (
    DeviceAuthorization,
    parse_device_authorization,
    poll_for_tokens,
)
from tui.auth.tenant.token_response import TokenResponse
from tui.errors import (
    DoorkeyError,
    GrantRefused,
    SignInRefused,
    SignInTimedOut,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.http.exchange import Answer
from tui.json_value import Json

RIGHT: dict[str, Json] = {
    "device_code": "d", "user_code": "WDJB-MJHT", "verification_uri": "https://tenant.example/d",
    "expires_in": 600,
}  # fmt: skip
HTTPS = "https://tenant.example/"


def parsed(status: int = 200, /, **others: Json) -> DeviceAuthorization:
    members = {name: value for name, value in {**RIGHT, **others}.items() if value is not None}
    return parse_device_authorization(Answer(status, "", {}, json.dumps(members).encode()), START)


def test_what_the_tenant_leaves_out_is_as_usual() -> None:
    found = parsed()
    assert (found.device_code, found.interval_seconds) == ("d", 5)
    assert found.prompt.user_code == "WDJB-MJHT"
    assert found.prompt.verification_uri == "https://tenant.example/d"
    assert found.prompt.verification_uri_complete == ""
    assert found.prompt.deadline == START + timedelta(seconds=600)


@pytest.mark.parametrize(
    ("others", "interval", "lifetime"),
    [
        ({"interval": 7}, 7, 600),
        ({"interval": 0.5}, 1, 600),
        ({"interval": 1}, 1, 600),
        ({"interval": 0}, 5, 600),
        ({"expires_in": 3600}, 5, 3600),
        ({"expires_in": 3601}, 5, 3600),
        ({"expires_in": "60"}, 5, 60),
    ],
)
def test_times_have_their_limits(others: dict[str, Json], interval: float, lifetime: float) -> None:
    found = parsed(**others)
    assert found.interval_seconds == interval
    assert found.prompt.deadline == START + timedelta(seconds=lifetime)


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"expires_in": None}, "without saying how long it lives"),
        ({"expires_in": "soon"}, "expires_in .* is not a number"),
        ({"interval": "often"}, "interval .* is not a number"),
        ({"device_code": None}, "has no device_code"),
        ({"device_code": ""}, "has no device_code"),
        ({"device_code": 7}, "has no device_code"),
        ({"user_code": None}, "has no user_code"),
        ({"verification_uri": None}, "has no verification_uri"),
        ({"verification_uri": 7}, "has no verification_uri"),
        ({"verification_uri": 7, "verification_url": HTTPS}, "has no verification_uri"),
        ({"verification_uri": "http://tenant.example/"}, "sends people to"),
        ({"verification_uri": "javascript:alert(1)"}, "sends people to"),
        ({"verification_uri": HTTPS + "x" * (2001 - len(HTTPS))}, "sends people to"),
        ({"verification_uri": HTTPS + "\x1b[2J" + "x" * 5000}, "sends people to"),
    ],
)
def test_an_answer_that_nobody_can_go_by_is_refused(others: dict[str, Json], reason: str) -> None:
    with pytest.raises(TenantMisbehaved, match=reason) as raised:
        parsed(**others)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("others", "address", "complete"),
    [
        ({"verification_uri": HTTPS + "x" * (2000 - len(HTTPS))}, None, ""),
        ({"verification_uri": None, "verification_url": HTTPS}, HTTPS, ""),
        ({"verification_url": "https://other.example/"}, RIGHT["verification_uri"], ""),
        ({"verification_uri_complete": HTTPS + "c"}, RIGHT["verification_uri"], HTTPS + "c"),
        ({"verification_uri_complete": "http://x.example/"}, RIGHT["verification_uri"], ""),
        ({"verification_uri_complete": 7}, RIGHT["verification_uri"], ""),
    ],
)
def test_where_people_are_sent(others: dict[str, Json], address: Json, complete: str) -> None:
    prompt = parsed(**others).prompt
    assert prompt.verification_uri == (address or others["verification_uri"])
    assert prompt.verification_uri_complete == complete


def test_a_code_is_shown_short_and_harmless() -> None:
    assert parsed(user_code=" \x1b[2JABC ").prompt.user_code == "[2JABC"
    assert parsed(user_code="A" * 40).prompt.user_code == "A" * 40
    assert len(parsed(user_code="A" * 5000).prompt.user_code) == 40


@pytest.mark.parametrize(
    ("status", "members", "kind", "said"),
    [
        (400, {"error": "unauthorized_client"}, SignInRefused, "no device code: unauthorized_"),
        (200, {"error": "e", "error_description": "d"}, SignInRefused, "code: e (d). The"),
        (400, {"error": 7}, TenantMisbehaved, "answered with 400 and no device code"),
        (400, {"error": ""}, TenantMisbehaved, "answered with 400 and no device code"),
        (500, {}, TenantMisbehaved, "answered with 500 and no device code"),
        (201, {}, TenantMisbehaved, "answered with 201 and no device code"),
        (400, {"error": "\x1b" + "e" * 5000, "error_description": "\x1b" + "d" * 5000},
         SignInRefused, "no device code"),
    ],
)  # fmt: skip
def test_a_refusal_is_told(
    status: int, members: dict[str, Json], kind: type[DoorkeyError], said: str
) -> None:
    with pytest.raises(kind) as raised:
        parsed(status, **members)
    assert said in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 700


def test_what_is_no_object_is_no_answer() -> None:
    with pytest.raises(TenantMisbehaved, match="answered with 200 and no device code"):
        parse_device_authorization(Answer(200, "", {}, b"[]"), START)


TOKENS = TokenResponse("a", START, None, None, None)


class Polls:
    """A tenant's answers to polls, and the pauses between them."""

    def __init__(self, *answers: DoorkeyError | TokenResponse) -> None:
        self.answers = list(answers)
        self.clock = Clock(START)
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)

    async def ask(self, device_code: str) -> TokenResponse:
        assert device_code == "d"
        answer = self.answers.pop(0)
        if isinstance(answer, DoorkeyError):
            raise answer
        return answer

    def now(self) -> datetime:
        return self.clock()

    async def tokens(self, **others: Json) -> TokenResponse:
        return await poll_for_tokens(parsed(**others), self.ask, self.now, self.sleep)


PENDING, SLOWER = GrantRefused("", "authorization_pending"), GrantRefused("", "slow_down")


async def test_a_device_waits_as_it_is_told() -> None:
    """RFC 8628 3.5."""
    polls = Polls(PENDING, SLOWER, PENDING, SLOWER, TOKENS)
    assert await polls.tokens() == TOKENS
    assert polls.pauses == [5, 5, 10, 10, 15]


async def test_a_tenant_out_of_reach_is_asked_less_and_less_and_then_as_before() -> None:
    gone, later = TenantUnreachable(""), TenantUnreachable("", 45.0)
    polls = Polls(gone, gone, PENDING, later, gone, gone, PENDING, TOKENS)
    assert await polls.tokens() == TOKENS
    assert polls.pauses == [5, 10, 20, 5, 45, 60, 60, 5]


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        ("expired_token", SignInTimedOut, "has expired"),
        ("access_denied", SignInRefused, "did not allow it"),
        ("authorization_declined", SignInRefused, "did not allow it"),
        ("invalid_grant", GrantRefused, "as it came"),
    ],
)
async def test_any_other_answer_ends_it(error: str, kind: type[DoorkeyError], said: str) -> None:
    with pytest.raises(kind, match=said):
        await Polls(GrantRefused("as it came", error)).tokens()


@pytest.mark.parametrize(("lifetime", "polled"), [(5, 0), (6, 1), (10, 1), (11, 2)])
async def test_no_poll_is_sent_after_the_codes_end(lifetime: int, polled: int) -> None:
    polls = Polls(PENDING, PENDING, PENDING)
    with pytest.raises(SignInTimedOut, match="has expired"):
        await polls.tokens(expires_in=lifetime)
    assert len(polls.pauses) == polled
