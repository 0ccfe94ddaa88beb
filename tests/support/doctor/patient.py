"""Who comes to the doctor: a config, a scripted tenant and API, a machine; right by default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from tests.support.app.stage import ACCESS_CLAIMS, jwt_of
from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant, browse, led_on
from tui.api.challenge import WELL_KNOWN
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.sign_in.attempt import SignInOptions
from tui.auth.store.sealing import KeyUnavailable
from tui.auth.store.store import MemoryStore
from tui.config.load import Config
from tui.doctor.examination import examine
from tui.doctor.row import Row
from tui.doctor.world import World
from tui.errors import ConfigInvalid, DoorkeyError
from tui.json_value import Json

HOSTILE = "\x1b]0;owned\x07\u202e[red]\x9b2J"
"""Steers a terminal that is shown it."""

AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"


class Keyring:
    """Answers, unless told otherwise."""

    answers = True

    def get(self, _name: str) -> str | None:
        if not self.answers:
            raise KeyUnavailable
        return None

    def set(self, name: str, text: str) -> None:
        raise AssertionError

    def delete(self, name: str) -> None:
        raise AssertionError


async def _knows_each(_url: str, _environ: Mapping[str, str]) -> None:
    """A name server that knows every host."""


@dataclass
class Patient:
    """Everything that an examination looks at; a test sets what is wrong."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    keyring: Keyring = field(default_factory=Keyring)
    resource: dict[str, Json] = field(
        default_factory=lambda: {
            "resource": CONFIG.audience,
            "authorization_servers": [CONFIG.issuer],
        }
    )
    api_status: int = 401
    api_challenge: str = 'Bearer realm="api"'
    api_health: dict[str, str] = field(default_factory=dict)
    api_error: httpx.HTTPError | None = None
    tenant_error: Exception | None = None
    refused: ConfigInvalid | None = None

    def __post_init__(self) -> None:
        self.config: Config = replace(CONFIG, path=self.folder / "auth_config.json")
        self.tenant = ScriptedTenant(self.clock)
        self.tenant.metadata |= {
            "id_token_signing_alg_values_supported": ["RS256"],
            "grant_types_supported": [AUTHORIZATION_CODE, REFRESH_TOKEN],
            "scopes_supported": [*CONFIG.scope.split()],
        }
        self.session: Session | None = session(access_token=jwt_of(ACCESS_CLAIMS))
        self.environ = {
            "BROWSER": "/bin/sh",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PATH": "/bin",
        }
        self.api_calls: list[httpx.Request] = []

    def answers(self, path: str, respond: Callable[[httpx.Request], httpx.Response]) -> None:
        """Have the tenant answer otherwise at `path`."""
        self.tenant.responses[path] = respond

    def set(self, **members: object) -> None:
        """Change the config."""
        self.config = replace(self.config, **members)  # type: ignore[arg-type] # as its fields are

    def _api(self, request: httpx.Request) -> httpx.Response:
        self.api_calls.append(request)
        if self.api_error is not None:
            self.api_error.request = request
            raise self.api_error
        if request.url.path == WELL_KNOWN:
            return httpx.Response(200 if self.resource else 404, json=self.resource)
        if request.url.path == "/healthz" and self.api_health:
            return httpx.Response(200, json=self.api_health)
        headers = {"WWW-Authenticate": self.api_challenge} if self.api_challenge else {}
        return httpx.Response(self.api_status, headers=headers)

    async def _failing(self, request: httpx.Request) -> httpx.Response:
        assert self.tenant_error is not None
        if isinstance(self.tenant_error, httpx.HTTPError):
            self.tenant_error.request = request
        raise self.tenant_error

    @property
    def world(self) -> World:
        """Put it all together."""
        held = self.session
        return World(
            self.refused or self.config,
            tenant=httpx.MockTransport(self._failing) if self.tenant_error else self.tenant,
            api=httpx.MockTransport(self._api),
            clock=self.clock,
            environ=self.environ,
            look_up=_knows_each,
            load_session=lambda _config: held,
            keyring=self.keyring,
            state_folder=lambda: self.folder,
        )

    async def browser(self, url: str) -> bool:
        """Ask as a person's browser does; where the tenant shows a page, nothing comes back."""
        asked = await led_on(url)
        if "/authorize" not in self.tenant.responses:
            return await self.tenant.browser(asked)
        answer = self.tenant.responses["/authorize"](httpx.Request("GET", asked))
        if answer.is_redirect:
            await browse(answer.headers["Location"])
        return True

    async def refused_sign_in(self, patience_seconds: float) -> str:
        """Sign in, in vain; return what is said of that."""
        service = AuthService(
            self.config,
            store=MemoryStore(),
            transport=self.world.tenant,
            clock=self.clock,
            open_url=self.browser,
        )
        try:
            with pytest.raises(DoorkeyError) as raised:
                await service.login(options=SignInOptions(patience_seconds=patience_seconds))
        finally:
            await service.aclose()
        return str(raised.value)

    async def rows(self) -> dict[str, Row]:
        """Examine it."""
        return {each.rule: each for each in await examine(self.world)}
