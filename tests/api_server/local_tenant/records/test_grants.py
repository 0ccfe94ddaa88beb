import pytest

from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.browsers import Browser
from api_server.local_tenant.records.grants import AccessRequest, add_grant, has_consented
from api_server.local_tenant.records.tenant import Tenant

ASKED = AccessRequest(
    client_id="doorkey-local",
    scope=("openid",),
    audience=None,
    prompt=frozenset(),
    max_age_seconds=None,
    login_hint=None,
    acr="1",
)


@pytest.mark.parametrize(("person", "auth_time"), [(None, None), ("alice", None), (None, 1)])
def test_nothing_is_granted_where_nobody_is_signed_in(
    tenant: Tenant, person: str | None, auth_time: int | None
) -> None:
    browser = Browser("secret", "digest", "sid", person, auth_time)
    with (
        pytest.raises(RequestRefused, match="login_required: Nobody is signed in"),
        tenant.database.transaction() as db,
    ):
        add_grant(db, tenant, ASKED, browser)
    assert not tenant.database.connection.execute("SELECT * FROM grants").fetchall()


def test_nobody_has_consented_to_anything(tenant: Tenant) -> None:
    with tenant.database.transaction() as db:
        assert not has_consented(db, ASKED, Browser("secret", "digest", "sid"))
