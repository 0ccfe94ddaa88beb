"""Looking around: what is told of a tenant, an API and a clock."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.clocks import START
from tui.config.load import Config, as_chosen, parse_config
from tui.config.paths import BUILT_IN, built_in_path
from tui.errors import LOOK_AT_API, LOOK_AT_TENANT, START_API, ExchangeFailed, Obstacle
from tui.servers.bundled import bundled_servers
from tui.servers.checks import Finding, check

RIGHT = {"issuer": CONFIG.issuer}


async def found(
    config: Config = CONFIG,
    *,
    members: object = RIGHT,
    tenant_error: httpx.HTTPError | None = None,
    api_error: httpx.HTTPError | None = None,
    ahead_seconds: float = 0,
    status: int = 200,
) -> dict[str, Finding]:
    def tenant(request: httpx.Request) -> httpx.Response:
        if tenant_error is not None:
            tenant_error.request = request
            raise tenant_error
        date = format_datetime(START - timedelta(seconds=ahead_seconds), usegmt=True)
        return httpx.Response(status, headers={"Date": date}, json=members)

    def api(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        if api_error is not None:
            api_error.request = request
            raise api_error
        return httpx.Response(404)

    findings = await check(
        config,
        tenant=httpx.MockTransport(tenant),
        api=httpx.MockTransport(api),
        clock=lambda: START,
    )
    return {finding.name: finding for finding in findings}


async def test_certificates_are_looked_at_for_what_is_asked_by_https_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/roots.pem")
    findings = await found(replace(CONFIG, api_url="http://localhost:3001"))
    assert [findings[name].word for name in ("tenant", "api")] == ["unknown", "ready"]
    assert "SSL_CERT_FILE" in findings["tenant"].detail
    here = replace(CONFIG, domain="localhost:3002", api_url="http://localhost:3001")
    findings = await found(here, members={"issuer": here.issuer})
    assert [findings[name].word for name in ("tenant", "api")] == ["ready", "ready"]


async def test_all_is_well() -> None:
    findings = await found()
    assert [finding.health for finding in findings.values()] == ["good"] * 3


async def test_a_tenant_that_is_silent_is_told_with_its_remedy() -> None:
    tenant = (await found(tenant_error=httpx.ConnectError("no")))["tenant"]
    assert (tenant.word, tenant.health) == ("silent", "bad")
    assert "network" in tenant.remedy


ANOTHERS = replace(CONFIG, domain="localhost:8080", api_url="http://localhost:8081")
BUILT_IN_CONFIG = parse_config(BUILT_IN, built_in_path())


@pytest.mark.parametrize(
    ("config", "is_startable"),
    [
        (as_chosen(ANOTHERS), False),
        (replace(ANOTHERS, with_servers=True), True),
        (BUILT_IN_CONFIG, True),
        (replace(BUILT_IN_CONFIG, client_id="of-another-provider"), False),
        (replace(BUILT_IN_CONFIG, api_url="http://localhost:8081"), False),
    ],
)
async def test_only_servers_of_our_own_can_be_started(config: Config, is_startable: bool) -> None:
    """Else a Keycloak that is not running now would get a double that refuses its sessions."""
    no = httpx.ConnectError("no")
    findings = await found(config, tenant_error=no, api_error=no)
    for name, remedy in {"tenant": LOOK_AT_TENANT, "api": LOOK_AT_API}.items():
        assert findings[name].can_start is is_startable
        assert (findings[name].remedy == remedy) is not is_startable
        assert ("doorkey dev" in findings[name].remedy) is is_startable
        assert "doorkey dev" not in findings[name].detail
    assert len(bundled_servers(config, Path("state"))) == (2 if is_startable else 0)


def test_an_address_without_a_port_is_at_80() -> None:
    here = replace(BUILT_IN_CONFIG, domain="localhost", api_url="http://localhost")
    config = replace(here, with_servers=True)
    tenant, api = bundled_servers(config, Path("state"))
    assert (tenant.port, api.port) == (80, 80)
    assert api.command[-2:] == ["--port", "80"]


async def test_a_tenant_by_another_name_is_told() -> None:
    tenant = (await found(members={"issuer": "https://other.example/\x1b[31m"}))["tenant"]
    assert tenant.detail == "it calls itself https://other.example/[31m"
    assert "domain" in tenant.remedy


@pytest.mark.parametrize("members", [[], "x", {}, {"issuer": None}])
async def test_what_is_no_tenant_is_told(members: object) -> None:
    assert "no OpenID Provider" in (await found(members=members, status=404))["tenant"].detail


async def test_a_stranger_at_the_local_tenants_port_is_named() -> None:
    tenant = (await found(BUILT_IN_CONFIG, members={"status": "ok"}))["tenant"]
    assert tenant.detail.startswith("Port 3002 is held by ")
    assert tenant.remedy == "End it, or name another port in the config (domain)."
    assert not tenant.can_start


@pytest.mark.parametrize(
    ("obstacle", "words", "can_start"),
    [
        ("nobody", "Start it: doorkey dev", True),
        ("timeout", "Start it: doorkey dev", True),
        ("broken", "Look what program has that port", False),
        ("foreign", "Take another port", False),
        ("scheme", 'Write it so in the config: "apiUrl": "https://localhost:3001".', False),
    ],
)
async def test_an_api_is_offered_to_be_started_only_where_that_can_work(
    monkeypatch: pytest.MonkeyPatch, obstacle: Obstacle, words: str, can_start: bool
) -> None:
    async def exchange(*_arguments: object) -> None:
        raise ExchangeFailed(obstacle, "why")

    config = replace(CONFIG, api_url="http://localhost:3001", with_servers=True)
    monkeypatch.setattr("tui.http.exchange.HttpClient.exchange", exchange)
    api = (await found(config))["api"]
    assert words in api.remedy
    assert api.can_start is can_start


async def test_an_api_that_is_silent_is_told() -> None:
    assert (await found(api_error=httpx.ConnectTimeout("")))["api"].health == "bad"


@pytest.mark.parametrize(
    ("url", "words", "can_start"),
    [
        ("http://localhost:3001", START_API, True),
        ("https://localhost:3001", "the bundled API speaks plain http", False),
        ("https://api.example", "Check your network", False),
    ],
)
async def test_only_what_can_be_a_bundled_server_is_to_be_started(
    url: str, words: str, can_start: bool
) -> None:
    tls = httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER] wrong version number")
    api = (await found(replace(CONFIG, api_url=url, with_servers=True), api_error=tls))["api"]
    assert words in api.remedy
    assert api.can_start is can_start


@pytest.mark.parametrize(("ahead", "words"), [(90, "1 min ahead"), (-4000, "1 h 6 min behind")])
async def test_a_clock_that_is_off_is_told(ahead: float, words: str) -> None:
    clock = (await found(ahead_seconds=ahead))["clock"]
    assert words in clock.detail
    assert clock.health == "warning"
