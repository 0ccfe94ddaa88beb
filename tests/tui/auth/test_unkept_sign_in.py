from collections.abc import AsyncIterator

import pytest

from tests.support.clocks import Clock
from tests.support.configs import CONFIG
from tests.support.scripted_tenant import ScriptedTenant
from tests.support.signing import Signing
from tui.auth.service import AuthService
from tui.auth.session import Session
from tui.auth.store.store import MemoryStore
from tui.errors import StoreFailed, TenantMisbehaved
from tui.json_value import Json


@pytest.fixture
async def signing(tenant: ScriptedTenant, clock: Clock) -> AsyncIterator[Signing]:
    made = Signing(tenant, clock)
    yield made
    await made.service.aclose()


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
    signing: Signing, name: str, wrong: dict[str, Json]
) -> None:
    """security.md 60."""
    getattr(signing.tenant, name).update(wrong)
    with pytest.raises(TenantMisbehaved):
        await signing.service.login()
    assert signing.tenant.issued == 1
    assert signing.tenant.refresh_tokens == {"the-refresh-token"}
