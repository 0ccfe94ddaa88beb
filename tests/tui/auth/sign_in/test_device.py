"""The device grant: RFC 8628, and line 42 of the checklist."""

import socket
from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.silence import no_answer_in_time
from tests.support.tenants.scripted_tenant import Respond, ScriptedTenant, form_of
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.tenant.device_grant import DEVICE_GRANT
from tui.errors import (
    DoorkeyError,
    GrantRefused,
    IdTokenRejected,
    SignInFailed,
    SignInRefused,
    SignInTimedOut,
    TenantMisbehaved,
)
from tui.json_value import Json

BY_DEVICE = SignInOptions(way="device")


def refusing(error: str, status: int = 400) -> Respond:
    return lambda _request: httpx.Response(status, json={"error": error})


async def test_a_code_entered_elsewhere_signs_in(signing: SignIns) -> None:
    signing.tenant.device_polls = [refusing("authorization_pending")]
    signing.tenant.device_allowed = True
    event = await signing.service.login({"a": "b"}, options=BY_DEVICE, watch=signing.watch)
    assert event.profile is not None
    assert (event.profile.name, event.state) == ("Alice", {"a": "b"})
    shown = next(progress.device for progress in signing.progress if progress.device)
    assert shown.user_code == "WDJB-MJHT"
    assert shown.verification_uri == "https://tenant.example/device"
    assert shown.verification_uri_complete.endswith("?user_code=WDJB-MJHT")


async def test_a_code_is_shown_though_no_callback_could_come_back_here(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    tenant.device_allowed = True
    with socket.create_server(("127.0.0.1", 0)) as taken:
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}/callback"
        signing = SignIns(tenant, clock, replace(CONFIG, redirect_uris=(uri,)))
        assert (await signing.service.login(options=BY_DEVICE)).logged_in
        await signing.service.aclose()


async def test_the_request_names_client_scope_and_audience(signing: SignIns) -> None:
    signing.tenant.device_allowed = True
    await signing.service.login(options=replace(BY_DEVICE, scope="openid read:messages"))
    asked, polled = (
        next(form_of(request) for request in signing.tenant.requests if request.url.path == path)
        for path in ("/device_authorization", "/token")
    )
    assert asked == {
        "client_id": "the-client",
        "scope": "openid read:messages",
        "audience": "https://api.example",
    }
    assert polled == {
        "grant_type": DEVICE_GRANT,
        "device_code": "the-device-code",
        "client_id": "the-client",
    }


async def test_device_response_of_google_is_taken(signing: SignIns) -> None:
    signing.tenant.device_members = {
        "verification_uri": None,
        "verification_uri_complete": None,
        "verification_url": "https://www.google.example/device",
        "expires_in": "1800",
    }
    signing.tenant.device_polls = [refusing("authorization_pending", 428)]
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE, watch=signing.watch)
    prompt = next(each.device for each in signing.progress if each.device)
    assert prompt.verification_uri == "https://www.google.example/device"


async def test_device_grant_without_id_token_is_said(signing: SignIns) -> None:
    signing.tenant.device_allowed = True
    signing.tenant.token_members = {"id_token": None}
    with pytest.raises(IdTokenRejected, match="sign in by browser or paste instead"):
        await signing.service.login(options=BY_DEVICE)


async def test_a_device_sign_in_needs_no_port(tenant: ScriptedTenant, clock: Clock) -> None:
    config = replace(CONFIG, redirect_uris=("http://127.0.0.1:1/callback",))
    signing = SignIns(tenant, clock, config)
    tenant.device_allowed = True
    assert (await signing.service.login(options=BY_DEVICE)).logged_in
    await signing.service.aclose()


@pytest.mark.parametrize(("told", "waits"), [(None, 5), (5, 5), (2, 2), (30, 30), (0, 5), ("7", 7)])
async def test_the_interval_is_5_seconds_unless_told(
    signing: SignIns, told: Json, waits: float
) -> None:
    signing.tenant.device_members = {"interval": told}
    signing.tenant.device_polls = [refusing("authorization_pending")]
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE)
    assert signing.naps == [waits, waits]


async def test_slow_down_adds_5_seconds_for_good(signing: SignIns) -> None:
    signing.tenant.device_polls = [
        refusing("slow_down"),
        refusing("authorization_pending"),
        refusing("slow_down"),
    ]
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE)
    assert signing.naps == [5, 10, 10, 15]


@pytest.mark.parametrize("failure", [no_answer_in_time, refusing("temporarily_unavailable", 503)])
async def test_a_timeout_backs_off_and_an_answer_ends_that(
    signing: SignIns, failure: Respond
) -> None:
    signing.tenant.device_polls = [failure, failure, failure, refusing("authorization_pending")]
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE)
    assert signing.naps == [5, 10, 20, 40, 5]


async def test_a_tenant_that_stays_no_answer_in_time_is_asked_at_least_each_minute(
    signing: SignIns,
) -> None:
    signing.tenant.device_polls = [no_answer_in_time] * 6
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE)
    assert max(signing.naps) == 60


async def test_a_code_that_is_not_shown_in_time_is_none(signing: SignIns) -> None:
    with pytest.raises(SignInTimedOut, match="Nobody entered the code in time"):
        await signing.service.login(options=replace(BY_DEVICE, patience_seconds=0.0))


async def test_an_expired_token_stops_the_polling(signing: SignIns) -> None:
    signing.tenant.device_polls = [refusing("expired_token")]
    with pytest.raises(SignInTimedOut, match="new one"):
        await signing.service.login(options=BY_DEVICE)
    assert len(signing.naps) == 1


@pytest.mark.parametrize("error", ["access_denied", "authorization_declined"])
async def test_access_denied_stops_the_polling(signing: SignIns, error: str) -> None:
    signing.tenant.device_polls = [refusing(error)]
    with pytest.raises(SignInRefused, match="You did not allow it"):
        await signing.service.login(options=BY_DEVICE)
    assert len(signing.naps) == 1


async def test_any_other_error_stops_the_polling(signing: SignIns) -> None:
    signing.tenant.device_polls = [refusing("invalid_grant")]
    with pytest.raises(GrantRefused):
        await signing.service.login(options=BY_DEVICE)
    assert len(signing.naps) == 1


async def test_a_tenant_that_never_says_expired_is_not_asked_for_ever(signing: SignIns) -> None:
    signing.tenant.device_members = {"expires_in": 60}
    with pytest.raises(SignInTimedOut, match="expired"):
        await signing.service.login(options=BY_DEVICE)
    assert sum(signing.naps) <= 60


async def test_a_tenant_without_the_device_grant_is_said(signing: SignIns) -> None:
    signing.tenant.metadata["device_authorization_endpoint"] = None
    with pytest.raises(SignInFailed, match="no codes"):
        await signing.service.login(options=BY_DEVICE)


@pytest.mark.parametrize(
    "members",
    [
        {"device_code": None},
        {"device_code": 7},
        {"user_code": ""},
        {"verification_uri": None},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://evil.example/"},
        {"verification_uri": "https://tenant.example/\x1b[31m"},
        {"verification_uri": "https://tenant.example/" + "x" * 5000},
        {"expires_in": None},
        {"expires_in": "10 minutes"},
        {"expires_in": True},
        {"expires_in": -1},
        {"expires_in": 1e300},
        {"interval": "5 s"},
        {"error": "unauthorized_client", "error_description": "\x1b[2Jno"},
    ],
)
async def test_a_wrong_device_response_is_one_clear_error(
    signing: SignIns, members: dict[str, str]
) -> None:
    signing.tenant.device_members = dict(members)
    with pytest.raises(DoorkeyError) as raised:
        await signing.service.login(options=BY_DEVICE)
    assert str(raised.value).isprintable()
    assert signing.naps == []


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(404, text="<html>"),
        httpx.Response(200, text="[]"),
        httpx.Response(302, headers={"Location": "https://evil.example/"}),
        httpx.Response(400),
    ],
)
async def test_no_device_response_at_all_is_one_clear_error(
    signing: SignIns, response: httpx.Response
) -> None:
    signing.tenant.responses["/device_authorization"] = lambda _request: response
    with pytest.raises(TenantMisbehaved):
        await signing.service.login(options=BY_DEVICE)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://tenant.example/" + "x" * 5000])
async def test_a_wrong_complete_address_is_done_without(signing: SignIns, address: str) -> None:
    signing.tenant.device_members = {"verification_uri_complete": address}
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE, watch=signing.watch)
    shown = next(progress.device for progress in signing.progress if progress.device)
    assert shown.verification_uri_complete == ""


async def test_a_user_code_cannot_steer_the_terminal(signing: SignIns) -> None:
    signing.tenant.device_members = {"user_code": "\x1b]52;c;x\x07AB-CD\u202e" + "x" * 99}
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE, watch=signing.watch)
    shown = next(progress.device for progress in signing.progress if progress.device)
    assert shown.user_code.isprintable()
    assert len(shown.user_code) <= 40


async def test_codes_are_in_no_repr(signing: SignIns) -> None:
    signing.tenant.device_allowed = True
    await signing.service.login(options=BY_DEVICE, watch=signing.watch)
    assert "WDJB" not in repr(signing.progress)
    assert "device-code" not in repr(signing.progress)
