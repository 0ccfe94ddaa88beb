import asyncio
import hashlib
from dataclasses import replace

import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.tokens import base64url
from tests.support.clocks import START, Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, form_of
from tests.support.tenants.sign_ins import SignIns
from tui.auth.service import AuthService
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.store import MemoryStore
from tui.errors import SignInCancelled, SignInFailed, SignInRefused, SignInTimedOut


def is_from_elsewhere(signing: SignIns) -> bool:
    kept = signing.store.load()
    assert kept is not None
    return kept.signed_in_elsewhere


async def test_a_sign_in_ends_with_who_is_signed_in_and_the_state_it_began_with(
    signing: SignIns,
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


async def test_relative_expiry_becomes_absolute(signing: SignIns) -> None:
    await signing.service.login()
    expiry = signing.service.access_token_expiry
    assert expiry is not None
    assert (expiry - START).total_seconds() == 3600


async def test_the_session_is_kept_before_anybody_is_told(signing: SignIns) -> None:
    kept = []
    signing.service.subscribe(lambda _event: kept.append(signing.store.load()))
    await signing.service.login()
    assert kept == [signing.service.session]


async def test_the_request_asks_with_pkce_state_nonce_and_audience(signing: SignIns) -> None:
    await signing.service.login()
    asked = signing.tenant.authorization
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "the-client"
    assert asked["scope"] == CONFIG.scope
    assert asked["audience"] == "https://api.example"
    assert asked["code_challenge_method"] == "S256"
    verifier = form_of(signing.tenant.requests[-2])["code_verifier"]
    digest = hashlib.sha256(verifier.encode()).digest()
    assert asked["code_challenge"] == base64url(digest)
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43


async def test_state_nonce_and_verifier_are_fresh_for_each_sign_in(signing: SignIns) -> None:
    seen = set()
    for _ in range(3):
        await signing.service.login()
        asked = signing.tenant.authorization
        seen |= {asked["state"], asked["nonce"], asked["code_challenge"]}
    assert len(seen) == 9


async def test_nothing_one_shot_is_used_again_after_a_failure(signing: SignIns) -> None:
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
    tenant.id_claims["org_id"] = "org_1"
    signing = SignIns(tenant, clock, config)
    await signing.service.login()
    asked = tenant.authorization
    assert "audience" not in asked
    assert asked.get("resource") == ("https://api.example" if parameter == "resource" else None)
    assert asked["organization"] == "org_1"
    token_request = next(form_of(r) for r in tenant.requests if r.url.path == "/token")
    assert token_request.get("resource") == asked.get("resource")
    await signing.service.aclose()


async def test_a_wrong_state_is_400_and_keeps_waiting(signing: SignIns) -> None:
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


async def test_a_favicon_or_a_post_does_not_use_the_sign_in_up(signing: SignIns) -> None:
    task = signing.begin()
    progress = await signing.waiting()
    origin = progress.redirect_uri.removesuffix("/callback")
    assert " 404 " in await browse(origin + "/favicon.ico")
    assert " 405 " in await browse(signing.answer(), method="POST")
    await browse(signing.answer())
    assert (await task).logged_in


async def test_a_replayed_callback_makes_no_second_token_request(signing: SignIns) -> None:
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
    signing: SignIns,
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
async def test_an_answer_of_another_issuer_is_refused(signing: SignIns, issuer: str) -> None:
    signing.tenant.answer_parameters = {"iss": issuer}
    with pytest.raises(SignInRefused, match="RFC 9207"):
        await signing.service.login()
    signing.tenant.answer_parameters = {"iss": issuer, "code": None, "error": "access_denied"}
    with pytest.raises(SignInRefused, match="RFC 9207"):
        await signing.service.login()
    assert signing.tenant.count("/token") == 0


async def test_an_advertised_iss_must_be_there_on_success(signing: SignIns) -> None:
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


async def test_an_error_without_iss_is_still_the_tenants_error(signing: SignIns) -> None:
    signing.tenant.answer_parameters = {"iss": None, "code": None, "error": "access_denied"}
    with pytest.raises(SignInRefused, match="access was denied"):
        await signing.service.login()


async def test_nobody_answering_in_time_ends_the_sign_in_and_frees_the_port(
    signing: SignIns,
) -> None:
    task = signing.begin(patience_seconds=0.01)
    progress = await signing.waiting()
    with pytest.raises(SignInTimedOut, match="Sign in again"):
        await task
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(progress.redirect_uri)


async def test_cancelling_frees_the_port_and_leaves_no_task(signing: SignIns) -> None:
    before = asyncio.all_tasks()
    task = signing.begin()
    progress = await signing.waiting()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(OSError, match=r"refused|Connect"):
        await browse(progress.redirect_uri)
    assert asyncio.all_tasks() == before


async def test_a_second_sign_in_takes_the_place_of_the_first(signing: SignIns) -> None:
    first = signing.begin()
    await signing.waiting()
    event = await signing.service.login()
    assert event.logged_in
    with pytest.raises(SignInCancelled):
        await first


async def test_no_browser_is_no_failure(tenant: ScriptedTenant, clock: Clock) -> None:
    signing = SignIns(tenant, clock, open_url=tenant.no_browser)
    task = asyncio.create_task(signing.service.login(watch=signing.watch))
    await signing.waiting()
    await signing.browser_is("failed")
    await browse(signing.answer())
    assert (await task).logged_in
    assert is_from_elsewhere(signing)
    await signing.service.aclose()


async def test_a_browser_that_opens_at_the_second_try_is_told_and_is_the_one_of_this_sign_in(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    opens = [False, True]

    async def open_url(url: str) -> bool:
        await tenant.no_browser(url)
        return opens.pop(0)

    signing = SignIns(tenant, clock, open_url=open_url)
    sign_in = signing.service.begin_login(watch=signing.watch)
    task = asyncio.create_task(sign_in.answer())
    await signing.browser_is("failed")
    assert await sign_in.open_browser()
    await signing.browser_is("opened")
    await browse(signing.answer())
    assert (await task).logged_in
    assert not is_from_elsewhere(signing)
    await signing.service.aclose()


async def test_it_is_remembered_whether_the_browser_that_was_opened_has_signed_in(
    signing: SignIns,
) -> None:
    await signing.service.login()
    assert not is_from_elsewhere(signing)


async def test_a_pasted_address_completes_the_sign_in(signing: SignIns) -> None:
    task = signing.begin()
    await signing.waiting()
    with pytest.raises(SignInFailed, match="another sign-in"):
        await signing.service.handle_authentication(signing.answer(state="wrong"))
    with pytest.raises(SignInFailed, match="must start with"):
        await signing.service.handle_authentication("https://evil.example/callback?code=c")
    event = await signing.service.handle_authentication(f"  {signing.answer()}\n")
    assert event.logged_in
    assert is_from_elsewhere(signing)
    assert await task == event


async def test_an_address_pasted_with_no_sign_in_under_way_is_refused(signing: SignIns) -> None:
    with pytest.raises(SignInFailed, match="No sign-in is under way"):
        await signing.service.handle_authentication("http://127.0.0.1/callback?code=c&state=s")


async def test_the_options_of_one_sign_in_are_asked_for(signing: SignIns) -> None:
    options = SignInOptions(prompt="login", login_hint="bob", max_age_seconds=0, acr_values="mfa")
    await signing.service.login(options=options)
    asked = signing.tenant.authorization
    assert asked["prompt"] == "login"
    assert asked["login_hint"] == "bob"
    assert asked["max_age"] == "0"
    assert asked["acr_values"] == "mfa"
