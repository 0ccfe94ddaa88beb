"""Authorization requests that the tenant gets ahead of the browser (RFC 9126)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import Clock
from tests.support.tenants.bound import ProvingTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.sign_in.address import AuthorizationAddress
from tui.auth.sign_in.attempt import SignInAttempt, SignInOptions
from tui.auth.tenant.provider import Provider
from tui.config.load import Config
from tui.errors import SignInFailed, SignInRefused, TenantMisbehaved, TenantUnreachable

PUSHING = replace(CONFIG, pushed_requests=True, dpop=True)


@pytest.fixture
def tenant(clock: Clock) -> ProvingTenant:
    return ProvingTenant(clock)


@pytest.fixture
async def pushing(tenant: ProvingTenant, clock: Clock) -> AsyncIterator[SignIns]:
    made = SignIns(tenant, clock, PUSHING)
    made.naps_allowed = 0
    yield made
    await made.service.aclose()


async def test_the_browser_sees_only_who_asks_and_where_the_request_is(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    await pushing.service.login()
    assert tenant.opened == {
        "client_id": CONFIG.client_id,
        "request_uri": "urn:ietf:params:oauth:request_uri:1",
    }
    (pushed,) = tenant.pushed
    assert pushed["code_challenge_method"] == "S256"
    assert pushing.service.session is not None
    assert pushing.service.session.key is not None
    assert pushed["dpop_jkt"] == pushing.service.session.key.thumbprint


@pytest.mark.parametrize("demanded", [False, True])
async def test_requests_are_pushed_where_the_tenant_demands_it(
    tenant: ProvingTenant, clock: Clock, *, demanded: bool
) -> None:
    tenant.metadata["require_pushed_authorization_requests"] = demanded
    signing = SignIns(tenant, clock, replace(CONFIG, dpop=True))
    signing.naps_allowed = 0
    await signing.service.login()
    await signing.service.aclose()
    assert len(tenant.pushed) == demanded


async def test_a_tenant_that_takes_none_gets_an_ordinary_request(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    del tenant.metadata["pushed_authorization_request_endpoint"]
    await pushing.service.login()
    assert tenant.opened["response_type"] == "code"
    assert tenant.pushed == []


async def test_a_refusal_is_told_as_that_of_the_authorization_endpoint(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    tenant.responses["/par"] = lambda _request: httpx.Response(
        400, json={"error": "invalid_scope", "error_description": "code: no\x1b[31m such scope"}
    )
    with pytest.raises(SignInRefused) as raised:
        await pushing.service.login()
    said = str(raised.value)
    assert raised.value.error == "invalid_scope"
    assert said.startswith("The tenant refused the sign-in: invalid_scope (code: no")
    assert "orrect `scope` in the config" in said
    assert "\x1b" not in said
    assert tenant.authorization == {}


@pytest.mark.parametrize(
    "members",
    [{"request_uri": "urn:x"}, {"request_uri": "", "expires_in": 60},
     {"request_uri": 7, "expires_in": 60},
     {"request_uri": "urn:x", "expires_in": "soon"}, {"request_uri": "urn:x", "expires_in": 0},
     {"request_uri": "u" * 2001, "expires_in": 60}],
)  # fmt: skip
async def test_an_answer_that_is_none_ends_the_sign_in(
    pushing: SignIns, tenant: ProvingTenant, members: dict[str, object]
) -> None:
    tenant.responses["/par"] = lambda _request: httpx.Response(201, json=members)
    with pytest.raises(TenantMisbehaved, match=r"RFC 9126 2\.2"):
        await pushing.service.login()


@pytest.mark.parametrize(
    "members",
    [{"error": 7, "request_uri": "urn:x", "expires_in": 60}, {"error": ""}, {"error": None}, []],
)
async def test_an_error_that_is_none_ends_the_sign_in(
    pushing: SignIns, tenant: ProvingTenant, members: object
) -> None:
    tenant.responses["/par"] = lambda _request: httpx.Response(201, json=members)
    with pytest.raises(TenantMisbehaved, match="answered with 201 and no `error`"):
        await pushing.service.login()


async def test_a_refusal_is_none_the_less_one_for_what_is_in_it(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    members = {"request_uri": "urn:x", "expires_in": 60}
    tenant.responses["/par"] = lambda _request: httpx.Response(400, json=members)
    with pytest.raises(TenantMisbehaved, match="answered with 400 and no `error`"):
        await pushing.service.login()


@pytest.mark.parametrize(
    "members",
    [{"request_uri": "\x1b[2J" + "u" * 5000, "expires_in": 60},
     {"request_uri": "urn:x", "expires_in": "\x1b[2J" + "9" * 5000}],
)  # fmt: skip
async def test_what_stands_for_a_request_is_shown_short_and_harmless(
    pushing: SignIns, tenant: ProvingTenant, members: dict[str, object]
) -> None:
    tenant.responses["/par"] = lambda _request: httpx.Response(201, json=members)
    with pytest.raises(TenantMisbehaved) as raised:
        await pushing.service.login()
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500


async def test_a_browser_is_not_sent_to_an_address_that_has_expired(
    pushing: SignIns, tenant: ProvingTenant, clock: Clock
) -> None:
    pushing.service.open_url = tenant.no_browser  # type: ignore[misc] # set before the sign-in
    task = pushing.begin()
    await pushing.waiting()
    clock.advance(60)
    tenant.responses["/par"] = lambda _request: httpx.Response(503)
    tenant.opened.clear()
    assert not await pushing.sign_in.open_browser()
    assert tenant.opened == {}
    task.cancel()
    await asyncio.wait([task])


async def test_an_endpoint_that_breaks_ends_the_sign_in(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    tenant.responses["/par"] = lambda _request: httpx.Response(503)
    with pytest.raises(TenantUnreachable):
        await pushing.service.login()
    tenant.responses["/par"] = lambda _request: httpx.Response(404, text="what?")
    with pytest.raises(TenantMisbehaved, match="pushed requests answered with 404"):
        await pushing.service.login()


async def test_a_request_that_has_expired_is_pushed_again_for_the_next_browser(
    pushing: SignIns, tenant: ProvingTenant, clock: Clock
) -> None:
    pushing.service.open_url = tenant.no_browser  # type: ignore[misc] # set before the sign-in
    task = pushing.begin()
    await pushing.waiting()
    await pushing.sign_in.open_browser()
    assert len(tenant.pushed) == 1
    clock.advance(61)
    await pushing.sign_in.open_browser()
    first, second = tenant.pushed
    assert (first["state"], first["nonce"]) == (second["state"], second["nonce"])
    assert tenant.opened["request_uri"].endswith(":2")
    assert pushing.progress[-1].url.endswith("%3A2")
    task.cancel()
    await asyncio.wait([task])


async def test_the_address_that_is_shown_stays_good(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    """Pushed again after 30 s of its 60, so that one may take one's time to copy it."""
    pushing.naps_allowed = 3
    task = pushing.begin()
    while len(tenant.pushed) < 4:
        await pushing.waiting()
    assert pushing.naps == [30, 30, 30]
    assert pushing.progress[-1].url.endswith("%3A4")
    task.cancel()
    await asyncio.wait([task])


async def test_where_it_cannot_be_pushed_again_the_old_address_stays(
    pushing: SignIns, tenant: ProvingTenant
) -> None:
    pushing.naps_allowed = 1
    task = pushing.begin()
    shown = (await pushing.waiting()).url
    asked = asyncio.Event()

    def down(_request: httpx.Request) -> httpx.Response:
        asked.set()
        return httpx.Response(503)

    tenant.responses["/par"] = down
    await asked.wait()
    assert pushing.progress[-1].url == shown
    assert not task.done()
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def address_of(
    tenant: ProvingTenant, config: Config, endpoint: str = ""
) -> AsyncIterator[AuthorizationAddress]:
    provider = Provider(config, tenant.clock, tenant)
    metadata = await provider.discover()
    if endpoint:
        metadata = replace(metadata, authorization_endpoint=endpoint)
    asked = SignInAttempt.fresh(config, metadata, CONFIG.redirect_uris[0], SignInOptions())
    yield AuthorizationAddress(asked, provider, tenant.clock)
    await provider.aclose()


@pytest.mark.parametrize(("config", "times"), [(CONFIG, 0), (PUSHING, 60)])
async def test_an_address_is_pushed_anew_60_times_and_one_that_was_not_pushed_never(
    tenant: ProvingTenant, config: Config, times: int
) -> None:
    told: list[str] = []

    async def sleep(seconds: float) -> None:
        assert len(told) < times
        tenant.clock.advance(seconds)

    async with address_of(tenant, config) as address:
        await address.current()
        await address.keep_good(sleep, told.append)
    assert len(told) == times


async def test_a_request_uri_has_2000_characters_at_most(tenant: ProvingTenant) -> None:
    members = {"request_uri": "u" * 2000, "expires_in": 60}
    tenant.responses["/par"] = lambda _request: httpx.Response(201, json=members)
    async with address_of(tenant, PUSHING) as address:
        assert (await address.current()).endswith("u" * 2000)


async def test_an_endpoint_that_makes_no_safe_address_ends_the_sign_in(
    tenant: ProvingTenant,
) -> None:
    async with address_of(tenant, CONFIG, 'https://tenant.example/"') as address:
        with pytest.raises(SignInFailed, match="makes no safe address: it has a character"):
            await address.current()
