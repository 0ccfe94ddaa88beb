"""A client secret, for tenants that demand one: where it goes, and where it never does."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from urllib.parse import unquote_plus

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.builders.stores import Keys
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, form_of
from tests.support.tenants.services import refuse
from tui.auth.service import AuthService
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.client_secret import keep_secret
from tui.auth.store.store import MemoryStore
from tui.auth.tenant.provider import Provider
from tui.auth.tenant.signed_requests import Client
from tui.child_programs import environment_for_children
from tui.config.keys import IN_KEYRING
from tui.errors import ConfigInvalid, DoorkeyError, GrantRefused
from tui.json_value import Json

SECRET = "s3cr3t/+: of the client"
CLIENT = "the client:1"
BASIC = "Basic " + b64encode(b"the+client%3A1:s3cr3t%2F%2B%3A+of+the+client").decode()

BOTH = ["client_secret_basic", "client_secret_post"]


@pytest.fixture
async def service(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[AuthService]:
    config = replace(CONFIG, client_id=CLIENT, client_secret=SECRET)
    tenant.id_claims["aud"] = CLIENT
    made = AuthService(
        config, store=MemoryStore(), transport=tenant, clock=clock, open_url=tenant.browser
    )
    yield made
    await made.aclose()


async def use_every_endpoint(service: AuthService) -> None:
    await service.login()
    await service.renew_tokens()
    await service.log_out(at_tenant=False)


def requests_with_secret(tenant: ScriptedTenant) -> list[httpx.Request]:
    return [request for request in tenant.requests if request.method == "POST"]


@pytest.mark.parametrize("methods", [None, BOTH, ["private_key_jwt", "client_secret_basic"]])
async def test_secret_goes_by_basic_to_token_and_revocation_endpoint(
    tenant: ScriptedTenant, service: AuthService, methods: Json
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = methods
    await use_every_endpoint(service)
    posted = requests_with_secret(tenant)
    assert [request.url.path for request in posted] == ["/token", "/token", "/revoke"]
    for request in posted:
        assert request.headers["Authorization"] == BASIC
        assert not form_of(request).keys() & {"client_id", "client_secret"}


@pytest.mark.parametrize("methods", [["client_secret_post"], BOTH[::-1], ["none"]])
async def test_secret_goes_by_post_where_the_tenant_would_rather(
    tenant: ScriptedTenant, service: AuthService, methods: Json
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = methods
    await use_every_endpoint(service)
    for request in requests_with_secret(tenant):
        assert "Authorization" not in request.headers
        form = form_of(request)
        assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)


async def test_revocation_endpoint_has_methods_of_its_own(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    tenant.metadata["revocation_endpoint_auth_methods_supported"] = ["client_secret_basic"]
    await use_every_endpoint(service)
    *_, revocation = requests_with_secret(tenant)
    assert revocation.headers["Authorization"] == BASIC


async def test_secret_goes_to_the_device_endpoint(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    tenant.device_members = {"device_code": None}
    with pytest.raises(DoorkeyError):
        await service.login(options=SignInOptions(way="device"))
    (request,) = requests_with_secret(tenant)
    assert request.url.path == "/device_authorization"
    assert form_of(request)["client_secret"] == SECRET


async def test_device_request_by_basic_names_the_client_in_the_form_too(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    """RFC 8628 3.1."""
    tenant.device_members = {"device_code": None}
    with pytest.raises(DoorkeyError):
        await service.login(options=SignInOptions(way="device"))
    (request,) = requests_with_secret(tenant)
    assert request.headers["Authorization"] == BASIC
    assert form_of(request)["client_id"] == CLIENT


async def test_secret_is_in_no_address_and_in_no_request_for_anything_else(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.id_claims["email"] = None  # so that userinfo is asked
    await use_every_endpoint(service)
    assert "client_secret" not in tenant.authorization
    assert SECRET not in tenant.authorization.values()
    for request in tenant.requests:
        assert "s3cr3t" not in str(request.url)
        if request.method == "GET":
            assert not request.headers.get("Authorization", "").startswith("Basic")


async def test_public_client_sends_none(tenant: ScriptedTenant, clock: Clock) -> None:
    async with AuthService(
        CONFIG, store=MemoryStore(), transport=tenant, clock=clock, open_url=tenant.browser
    ) as service:
        await use_every_endpoint(service)
    for request in requests_with_secret(tenant):
        assert "Authorization" not in request.headers
        assert form_of(request)["client_id"] == "the-client"
        assert "client_secret" not in form_of(request)


async def test_tenant_that_takes_no_secrets_is_said_before_one_is_sent(
    tenant: ScriptedTenant, service: AuthService
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = ["private_key_jwt"]
    with pytest.raises(ConfigInvalid, match="private_key_jwt"):
        await service.login()
    assert tenant.count("/token") == 0


@pytest.mark.parametrize("methods", [["client_secret_post"], ["client_secret_basic"]])
@pytest.mark.parametrize(
    "echo",
    [
        lambda request: f"wrong secret {SECRET}",
        lambda request: f"wrong header {request.headers.get('Authorization', SECRET)}",
    ],
    ids=["the secret", "the header"],
)
async def test_refusal_that_repeats_the_secret_shows_it_to_nobody(
    tenant: ScriptedTenant,
    service: AuthService,
    methods: Json,
    echo: Callable[[httpx.Request], str],
) -> None:
    tenant.metadata["token_endpoint_auth_methods_supported"] = methods
    tenant.responses["/token"] = lambda request: httpx.Response(
        400, json={"error": "invalid_client", "error_description": echo(request)}
    )
    with pytest.raises(GrantRefused, match="invalid_client") as raised:
        await service.login()
    assert SECRET not in str(raised.value)
    assert BASIC not in str(raised.value)
    assert "[left out]" in str(raised.value)


async def test_revocation_refused_with_a_secret_is_a_failure_and_no_matter_of_publicity(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    tenant.responses["/revoke"] = refuse("invalid_client")
    config = replace(CONFIG, client_secret="wrong")
    async with AuthService(
        config, store=MemoryStore(session()), transport=tenant, clock=clock
    ) as service:
        service.take_up()
        step = (await service.log_out(at_tenant=False))[1]
    assert step.outcome == "failed"
    assert "invalid_client" in step.message


def test_secret_is_in_no_repr_and_in_no_environment_of_a_child() -> None:
    assert SECRET not in repr(replace(CONFIG, client_secret=SECRET))
    environment = {"DOORKEY_CLIENT_SECRET": SECRET, "PATH": "/bin"}
    assert environment_for_children(environment) == {"PATH": "/bin"}


async def test_secret_of_the_keyring_is_fetched_when_it_is_needed_and_not_before(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    config, keys = replace(CONFIG, client_secret=IN_KEYRING), Keys()
    provider = Provider(config, clock, tenant, keys)
    await provider.discover()
    keep_secret(config, SECRET, keys)
    await provider.refresh("the-refresh-token")
    pair = b64decode(tenant.requests[-1].headers["Authorization"].removeprefix("Basic "))
    assert unquote_plus(pair.decode()) == f"{CONFIG.client_id}:{SECRET}"
    await provider.aclose()


async def test_secret_that_the_keyring_does_not_have_is_told_and_nothing_is_sent(
    tenant: ScriptedTenant, clock: Clock
) -> None:
    provider = Provider(replace(CONFIG, client_secret=IN_KEYRING), clock, tenant, Keys())
    with pytest.raises(ConfigInvalid, match="does not have it"):
        await provider.refresh("the-refresh-token")
    assert tenant.count("/token") == 0
    await provider.aclose()


@pytest.mark.parametrize(
    ("methods", "way"),
    [
        ([], "basic"),
        (["client_secret_basic", "client_secret_post"], "basic"),
        (["client_secret_post", "client_secret_basic"], "post"),
        (["none"], "post"),
        (["private_key_jwt", "client_secret_basic"], "basic"),
        (["private_key_jwt"], None),
    ],
)
def test_secret_goes_in_the_first_way_that_the_tenant_lists(
    methods: list[str], way: str | None
) -> None:
    client = Client("the:client", "s3 cret")
    if way is None:
        with pytest.raises(ConfigInvalid, match="lists private_key_jwt"):
            client.sign({}, methods)
        return
    signed = client.sign({"a": "b"}, methods)
    if way == "post":
        assert signed.headers == {}
        assert signed.form == {"a": "b", "client_id": "the:client", "client_secret": "s3 cret"}
    else:
        pair = b64encode(b"the%3Aclient:s3+cret").decode()
        assert signed.headers == {"Authorization": f"Basic {pair}"}
        assert signed.form == {"a": "b"}


def test_client_without_a_secret_names_itself() -> None:
    signed = Client("the-client").sign({"a": "b"}, ["client_secret_basic"])
    assert signed.headers == {}
    assert signed.form == {"a": "b", "client_id": "the-client"}


def test_ways_that_a_tenant_lists_are_shown_short_and_harmless() -> None:
    with pytest.raises(ConfigInvalid) as raised:
        Client("the-client", "s").sign({}, ["\x1b[2J" + "x" * 5000])
    assert "\x1b" not in str(raised.value)
    assert len(str(raised.value)) < 500
