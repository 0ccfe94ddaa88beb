"""What a sign-in leaves alive at the tenant: what is kept, and nothing else."""

from dataclasses import replace

import httpx
import pytest

from tests.support.builders.configs import CONFIG
from tests.support.builders.sessions import session
from tests.support.clocks import Clock
from tests.support.tenants.scripted_tenant import ScriptedTenant
from tests.support.tenants.sign_ins import SignIns
from tui.auth.service import AuthService
from tui.auth.session import Profile, Session
from tui.auth.store.store import MemoryStore
from tui.errors import StoreFailed, TenantMisbehaved
from tui.json_value import Json


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


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id_claims", {"nonce": "another"}),
        ("token_members", {"id_token": None}),
        ("token_members", {"token_type": "mac"}),
        ("token_members", {"expires_in": "soon"}),
    ],
)
async def test_sign_in_that_is_refused_leaves_no_refresh_token_alive(
    signing: SignIns, name: str, wrong: dict[str, Json]
) -> None:
    """security.md 60."""
    getattr(signing.tenant, name).update(wrong)
    with pytest.raises(TenantMisbehaved):
        await signing.service.login()
    assert signing.tenant.issued == 1
    assert signing.tenant.refresh_tokens == {"the-refresh-token"}


def bobs_session() -> Session:
    claims: dict[str, Json] = {"iss": CONFIG.issuer, "sub": "bob"}
    return replace(session(refresh_token="bobs"), profile=Profile(claims))


async def test_signing_in_as_somebody_else_revokes_the_refresh_token_that_it_replaces(
    signing: SignIns,
) -> None:
    """security.md 60."""
    signing.store.save(bobs_session())
    signing.tenant.refresh_tokens = {"bobs"}
    assert (await signing.service.login()).logged_in
    assert signing.tenant.refresh_tokens == {"refresh-1"}


async def test_signing_in_again_as_oneself_revokes_nothing(signing: SignIns) -> None:
    """A tenant may end with a refresh token all that its person has there, the new one too."""
    signing.store.save(session(refresh_token="the-older"))
    signing.tenant.refresh_tokens = {"the-older"}
    await signing.service.login()
    assert signing.tenant.refresh_tokens == {"the-older", "refresh-1"}


async def test_a_replaced_refresh_token_that_cannot_be_revoked_is_no_hindrance(
    signing: SignIns,
) -> None:
    signing.store.save(bobs_session())
    signing.tenant.responses["/revoke"] = lambda _request: httpx.Response(503)
    assert (await signing.service.login()).logged_in
    kept = signing.store.load()
    assert kept is not None
    assert kept.profile.subject == "alice"
