import asyncio
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from tests.builders import CONFIG, START, Clock
from tests.scripted_tenant import ScriptedTenant, browse, form_of
from tests.tui.auth.signing import Signing
from tui.auth.errors import (
    DoorkeyError,
    GrantRefused,
    IdTokenRejected,
    SignInCancelled,
    SignInFailed,
    SignInRefused,
    SignInTimedOut,
    StoreFailed,
    TenantMisbehaved,
    TenantUnreachable,
)
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.sign_in.options import SignInOptions
from tui.auth.store import MemoryStore


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Signing]:
    made = Signing(tenant, clock)
    yield made
    await made.service.aclose()


async def test_a_sign_in_ends_with_who_is_signed_in_and_the_state_it_began_with(
    signing: Signing,
) -> None:
    event = await signing.service.login({"target": "profile"}, watch=signing.watch)
    assert event.logged_in
    assert event.state == {"target": "profile"}
    assert event.profile is not None
    assert event.profile.name == "Alice"
    assert signing.events == [event]
    assert signing.service.is_authenticated()
    assert signing.service.access_token == "access-1"
    phases = [progress.phase for progress in signing.progress]
    assert phases[:2] == ["preparing", "waiting"]
    assert phases[-1] == "completing"


async def test_relative_expiry_becomes_absolute(signing: Signing) -> None:
    await signing.service.login()
    expiry = signing.service.access_token_expiry
    assert expiry is not None
    assert (expiry - START).total_seconds() == 3600


async def test_the_session_is_kept_before_anybody_is_told(signing: Signing) -> None:
    kept = []
    signing.service.subscribe(lambda _event: kept.append(signing.store.load()))
    await signing.service.login()
    assert kept == [signing.service.session]


async def test_the_request_asks_with_pkce_state_nonce_and_audience(signing: Signing) -> None:
    await signing.service.login()
    asked = signing.tenant.authorization
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "the-client"
    assert asked["scope"] == CONFIG.scope
    assert asked["audience"] == "https://api.example"
    assert asked["code_challenge_method"] == "S256"
    verifier = form_of(signing.tenant.requests[-2])["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


async def test_state_nonce_and_verifier_are_fresh_for_each_sign_in(signing: Signing) -> None:
    seen = set()
    for _ in range(3):
        await signing.service.login()
        asked = signing.tenant.authorization
        seen |= {asked["state"], asked["nonce"], asked["code_challenge"]}
    assert len(seen) == 9


async def test_nothing_one_shot_is_used_again_after_a_failure(signing: Signing) -> None:
    signing.tenant.answer_parameters = {"code": None, "error": "access_denied"}
    with pytest.raises(SignInRefused):
        await signing.service.login()
    first = dict(signing.tenant.authorization)
    signing.tenant.answer_parameters = {}
    await signing.service.login()
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != signing.tenant.authorization[name]


@pytest.mark.parametrize("parameter", ["resource", "none"])
async def test_the_audience_is_asked_for_as_the_config_says(
    tenant: ScriptedTenant, clock: Clock, parameter: str
) -> None:
    config = replace(
        CONFIG,
        audience_parameter=parameter,  # type: ignore[arg-type] # one of its literals
        authorization_params={"organization": "org_1"},
    )
    signing = Signing(tenant, clock, config)
    await signing.service.login()
    asked = tenant.authorization
    assert "audience" not in asked
    assert asked.get("resource") == ("https://api.example" if parameter == "resource" else None)
    assert asked["organization"] == "org_1"
    token_request = next(form_of(r) for r in tenant.requests if r.url.path == "/token")
    assert token_request.get("resource") == asked.get("resource")
    await signing.service.aclose()


async def test_a_wrong_state_is_400_and_keeps_waiting(signing: Signing) -> None:
    task = signing.begin()
    await signing.waiting()
    for wrong in (
        signing.answer(state="wrong"),
        signing.answer(state=None),
        signing.answer(state="wrong", code=None, error="access_denied"),
        signing.answer(state="%FF%FE"),
        signing.answer(code=None),
        signing.answer() + "&state=again",
        signing.answer() + "&code=again",
        signing.answer() + "&iss=again",
        signing.answer(error="access_denied") + "&error=again",
        signing.answer() + "&x=1" * 100,
    ):
        assert " 400 " in await browse(wrong)
    assert signing.tenant.count("/token") == 0
    assert " 200 " in await browse(signing.answer())
    assert (await task).logged_in


async def test_a_favicon_or_a_post_does_not_use_the_sign_in_up(signing: Signing) -> None:
    task = signing.begin()
    progress = await signing.waiting()
    origin = progress.redirect_uri.removesuffix("/callback")
    assert " 404 " in await browse(origin + "/favicon.ico")
    assert " 405 " in await browse(signing.answer(), method="POST")
    await browse(signing.answer())
    assert (await task).logged_in


async def test_a_replayed_callback_makes_no_second_token_request(signing: Signing) -> None:
    task = signing.begin()
    await signing.waiting()
    answer = signing.answer()
    first, second = await asyncio.gather(browse(answer), browse(answer), return_exceptions=True)
    assert isinstance(first, str)
    assert " 200 " in first
    assert not isinstance(second, str) or " 200 " not in second
    await task
    assert signing.tenant.count("/token") == 1
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(answer)


async def test_a_tenant_that_says_no_ends_the_sign_in_with_its_words_made_safe(
    signing: Signing,
) -> None:
    task = signing.begin()
    await signing.waiting()
    page = await browse(
        signing.answer(code=None, error="server_error", error_description="%1B[31m<b>oops</b>")
    )
    assert "&lt;b&gt;oops" in page
    with pytest.raises(SignInRefused, match="server_error") as raised:
        await task
    assert "\x1b" not in str(raised.value)
    assert not signing.service.is_authenticated()


@pytest.mark.parametrize("issuer", ["https://evil.example/", "https://tenant.example", ""])
async def test_an_answer_of_another_issuer_is_refused(signing: Signing, issuer: str) -> None:
    signing.tenant.answer_parameters = {"iss": issuer}
    with pytest.raises(SignInRefused, match="RFC 9207"):
        await signing.service.login()
    signing.tenant.answer_parameters = {"iss": issuer, "code": None, "error": "access_denied"}
    with pytest.raises(SignInRefused, match="RFC 9207"):
        await signing.service.login()
    assert signing.tenant.count("/token") == 0


async def test_an_advertised_iss_must_be_there_on_success(signing: Signing) -> None:
    signing.tenant.answer_parameters = {"iss": None}
    with pytest.raises(SignInRefused, match="names nobody"):
        await signing.service.login()
    signing.tenant.metadata["authorization_response_iss_parameter_supported"] = False
    fresh = AuthService(
        CONFIG, store=MemoryStore(), transport=signing.tenant, open_url=signing.tenant.browser,
        clock=signing.tenant.clock,
    )  # fmt: skip
    assert (await fresh.login()).logged_in
    await fresh.aclose()


async def test_an_error_without_iss_is_still_the_tenants_error(signing: Signing) -> None:
    signing.tenant.answer_parameters = {"iss": None, "code": None, "error": "access_denied"}
    with pytest.raises(SignInRefused, match="access was denied"):
        await signing.service.login()


async def test_nobody_answering_in_time_ends_the_sign_in_and_frees_the_port(
    signing: Signing,
) -> None:
    task = signing.begin(patience_seconds=0.01)
    progress = await signing.waiting()
    with pytest.raises(SignInTimedOut, match="Sign in again"):
        await task
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(progress.redirect_uri)


async def test_cancelling_frees_the_port_and_leaves_no_task(signing: Signing) -> None:
    before = asyncio.all_tasks()
    task = signing.begin()
    progress = await signing.waiting()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(progress.redirect_uri)
    assert asyncio.all_tasks() == before


async def test_a_second_sign_in_takes_the_place_of_the_first(signing: Signing) -> None:
    first = signing.begin()
    await signing.waiting()
    event = await signing.service.login()
    assert event.logged_in
    with pytest.raises(SignInCancelled):
        await first


async def test_no_browser_is_no_failure(tenant: ScriptedTenant, clock: Clock) -> None:
    signing = Signing(tenant, clock)
    signing.service = AuthService(
        CONFIG, store=MemoryStore(), transport=tenant, clock=clock, open_url=tenant.no_browser
    )
    task = asyncio.create_task(signing.service.login(watch=signing.watch))
    await signing.waiting()
    while signing.progress[-1].browser != "failed":
        await signing.waits.wait()
    await browse(signing.answer())
    assert (await task).logged_in
    await signing.service.aclose()


async def test_a_pasted_address_completes_the_sign_in(signing: Signing) -> None:
    task = signing.begin()
    await signing.waiting()
    with pytest.raises(SignInFailed, match="another sign-in"):
        await signing.service.handle_authentication(signing.answer(state="wrong"))
    with pytest.raises(SignInFailed, match="must start with"):
        await signing.service.handle_authentication("https://evil.example/callback?code=c")
    event = await signing.service.handle_authentication(f"  {signing.answer()}\n")
    assert event.logged_in
    assert await task == event


async def test_an_address_pasted_with_no_sign_in_under_way_is_refused(signing: Signing) -> None:
    with pytest.raises(SignInFailed, match="No sign-in is under way"):
        await signing.service.handle_authentication("http://127.0.0.1/callback?code=c&state=s")


async def test_the_options_of_one_sign_in_are_asked_for(signing: Signing) -> None:
    options = SignInOptions(prompt="login", login_hint="bob", max_age_seconds=0, acr_values="mfa")
    await signing.service.login(options=options)
    asked = signing.tenant.authorization
    assert asked["prompt"] == "login"
    assert asked["login_hint"] == "bob"
    assert asked["max_age"] == "0"
    assert asked["acr_values"] == "mfa"


@pytest.mark.parametrize("auth_time", [None, 1_000_000_000])
async def test_max_age_requires_a_recent_auth_time(signing: Signing, auth_time: int | None) -> None:
    signing.tenant.id_claims = {"auth_time": auth_time}
    with pytest.raises(IdTokenRejected, match=r"auth_time|max_age"):
        await signing.service.login(options=SignInOptions(max_age_seconds=60))


# What the tenant may get wrong before and after the browser.


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"issuer": "https://tenant.example"}, "to the letter"),
        ({"issuer": "https://login.example/{tenantid}/v2.0"}, "own issuer"),
        ({"issuer": None}, "to the letter"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"code_challenge_methods_supported": "S256"}, "PKCE"),
        ({"authorization_endpoint": "http://tenant.example/authorize"}, "https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "https"),
        ({"authorization_endpoint": "https://tenant.example/\nx"}, "https"),
        ({"token_endpoint": None}, "no token_endpoint"),
        ({"token_endpoint": "http://127.0.0.1.evil.example/"}, "https"),
        ({"jwks_uri": 7}, "https"),
        ({"userinfo_endpoint": "https://user@tenant.example/"}, "https"),
    ],
)
async def test_wrong_metadata_opens_no_browser(
    signing: Signing, metadata: dict[str, str], words: str
) -> None:
    signing.tenant.metadata |= metadata
    with pytest.raises(TenantMisbehaved, match=words):
        await signing.service.login()
    assert signing.tenant.authorization == {}


async def test_pkce_is_sent_to_a_tenant_that_does_not_say_whether_it_knows_it(
    signing: Signing,
) -> None:
    del signing.tenant.metadata["code_challenge_methods_supported"]
    await signing.service.login()
    assert signing.tenant.authorization["code_challenge_method"] == "S256"


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="<html>hello</html>"),
        httpx.Response(200, text="[]"),
        httpx.Response(200, json={"error": "oops"}),
        httpx.Response(200, json={"access_token": "a"}),
        httpx.Response(200, json={"access_token": "a", "token_type": "DPoP"}),
        httpx.Response(200, json={"access_token": 7, "token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": "a\nb", "token_type": "Bearer"}),
        httpx.Response(200, json={"token_type": "Bearer"}),
        httpx.Response(302, headers={"Location": "https://evil.example/"}),
        httpx.Response(400, json={"error": "invalid_grant"}),
        httpx.Response(400),
        httpx.Response(418, json={"error": "i_am_a_teapot", "error_description": "\x1b[2J"}),
        httpx.Response(401, text="no"),
        httpx.Response(404),
        httpx.Response(500, text="oops"),
        httpx.Response(200, content=b"x" * (1024 * 1024 + 1)),
    ],
)
async def test_a_wrong_token_response_is_one_clear_error(
    signing: Signing, response: httpx.Response
) -> None:
    signing.tenant.responses["/token"] = lambda _request: response
    with pytest.raises(DoorkeyError) as raised:
        await signing.service.login()
    assert str(raised.value).isprintable()
    assert not signing.service.is_authenticated()
    assert signing.store.load() is None


@pytest.mark.parametrize("expires_in", [0, -1, "3600", True, 1e12, float("inf"), [], {}])
async def test_an_absurd_lifetime_is_refused(signing: Signing, expires_in: object) -> None:
    signing.tenant.token_members = {"expires_in": expires_in}  # type: ignore[dict-item]
    if expires_in == float("inf"):
        signing.tenant.responses["/token"] = lambda _request: httpx.Response(
            200, text='{"access_token": "a", "token_type": "bearer", "expires_in": Infinity}'
        )
    with pytest.raises(TenantMisbehaved, match="ten years"):
        await signing.service.login()


async def test_without_a_lifetime_an_opaque_access_token_lasts_five_minutes(
    signing: Signing,
) -> None:
    signing.tenant.token_members = {"expires_in": None}
    await signing.service.login()
    expiry = signing.service.access_token_expiry
    assert expiry is not None
    assert (expiry - START).total_seconds() == 300


async def test_without_an_id_token_nobody_is_signed_in(signing: Signing) -> None:
    signing.tenant.token_members = {"id_token": None}
    with pytest.raises(IdTokenRejected, match="openid"):
        await signing.service.login()


async def test_token_type_is_taken_in_any_case(signing: Signing) -> None:
    signing.tenant.token_members = {"token_type": "bEaReR"}
    assert (await signing.service.login()).logged_in


async def test_no_refresh_token_is_fine_and_known(signing: Signing) -> None:
    signing.tenant.token_members = {"refresh_token": None}
    await signing.service.login()
    assert signing.service.session is not None
    assert not signing.service.session.renewable


async def test_scope_left_out_means_all_that_was_asked_for(signing: Signing) -> None:
    signing.tenant.token_members = {"scope": None}
    await signing.service.login()
    assert signing.service.session is not None
    assert signing.service.session.token_set.scope == CONFIG.scope


async def test_userinfo_fills_in_what_the_id_token_leaves_out(signing: Signing) -> None:
    signing.tenant.id_claims = {"email": None}
    signing.tenant.userinfo = {"sub": "alice", "email": "a@b.example", "name": "Not Alice"}
    event = await signing.service.login()
    assert event.profile is not None
    assert (event.profile.name, event.profile.email) == ("Alice", "a@b.example")


async def test_userinfo_of_somebody_else_is_dropped(signing: Signing) -> None:
    signing.tenant.id_claims = {"email": None}
    signing.tenant.userinfo = {"sub": "mallory", "email": "mallory@evil.example"}
    event = await signing.service.login()
    assert event.profile is not None
    assert event.profile.email == ""


@pytest.mark.parametrize("status", [302, 401, 403, 500])
async def test_a_tenant_without_userinfo_for_this_token_is_no_failure(
    signing: Signing, status: int
) -> None:
    signing.tenant.id_claims = {"email": None}
    signing.tenant.responses["/userinfo"] = lambda _request: httpx.Response(status)
    assert (await signing.service.login()).logged_in


async def test_an_unreachable_tenant_is_said_and_opens_no_browser(signing: Signing) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("All connection attempts failed", request=request)

    signing.tenant.responses["/.well-known/openid-configuration"] = fail
    with pytest.raises(TenantUnreachable, match=r"tenant\.example cannot be reached"):
        await signing.service.login()
    assert signing.tenant.authorization == {}


async def test_a_failed_sign_in_leaves_the_session_that_was_there(signing: Signing) -> None:
    await signing.service.login()
    before = signing.service.session
    signing.tenant.responses["/token"] = lambda _request: httpx.Response(
        400, json={"error": "invalid_grant"}
    )
    with pytest.raises(GrantRefused):
        await signing.service.login()
    assert signing.service.session == before
    assert signing.store.load() == before


# Sessions that cannot be kept.


class FullStore(MemoryStore):
    """Has no room: from the start, or when it comes to saving."""

    def __init__(self, *, from_the_start: bool) -> None:
        super().__init__()
        self.from_the_start = from_the_start

    def reserve(self) -> None:
        if self.from_the_start:
            raise StoreFailed("no space left")

    def save(self, session: Session) -> None:
        raise StoreFailed("no space left")


async def test_a_session_that_cannot_be_kept_is_noticed_before_a_person_signs_in(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    store = FullStore(from_the_start=True)
    async with AuthService(
        CONFIG, store=store, transport=tenant, clock=clock, open_url=tenant.browser
    ) as service:
        with pytest.raises(StoreFailed):
            await service.login()
    assert tenant.authorization == {}


async def test_what_could_not_be_kept_is_revoked(tenant: ScriptedTenant, clock: Clock) -> None:
    store = FullStore(from_the_start=False)
    async with AuthService(
        CONFIG, store=store, transport=tenant, clock=clock, open_url=tenant.browser
    ) as service:
        with pytest.raises(StoreFailed):
            await service.login()
    assert "refresh-1" not in tenant.refresh_tokens


# Clocks that differ.


@pytest.mark.parametrize("hours", [-5, -1, 1, 5])
async def test_a_clock_that_is_off_is_measured_and_the_sign_in_works(
    signing: Signing, clock: Clock, hours: int
) -> None:
    signing.tenant.ahead = timedelta(hours=-hours)
    await signing.service.login()
    session = signing.service.session
    assert session is not None
    assert abs(session.clock_skew_seconds - hours * 3600) <= 1
    assert signing.service.is_access_token_valid()
    assert signing.service.is_id_token_valid()
    clock.advance(3601)
    assert not signing.service.is_access_token_valid()
    assert not signing.service.is_id_token_valid()


@pytest.mark.parametrize("seconds", [-29, 0, 29])
async def test_clocks_that_agree_well_enough_are_not_remarked_on(
    signing: Signing, seconds: int
) -> None:
    signing.tenant.ahead = timedelta(seconds=seconds)
    await signing.service.login()
    session = signing.service.session
    assert session is not None
    assert session.clock_skew_seconds == 0


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "Thu, 01 Jan 1970 00:00:00 -0000", "Fri, 31 Dec 9999 23:59:59 GMT",
     "Mon, 01 Jan 2026 00:00:00 +99999999999999999999"],
)  # fmt: skip
async def test_a_tenant_without_a_usable_date_is_taken_to_agree(
    signing: Signing, date: str
) -> None:
    class Undated(ScriptedTenant):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            response = await super().handle_async_request(request)
            response.headers["Date"] = date
            return response

    tenant = Undated(signing.tenant.clock)
    service = AuthService(
        CONFIG, store=MemoryStore(), transport=tenant, clock=tenant.clock, open_url=tenant.browser
    )
    event = await service.login()
    assert event.logged_in
    assert service.session is not None
    assert service.session.clock_skew_seconds == 0
    await service.aclose()
