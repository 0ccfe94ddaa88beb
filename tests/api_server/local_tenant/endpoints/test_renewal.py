import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor

from api_server.local_tenant.errors import RequestRefused
from api_server.local_tenant.records.database import open_database
from api_server.local_tenant.records.tenant import Tenant
from api_server.local_tenant.records.tokens import check_refresh_token, use_refresh_token
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.visitor import Visitor, claims_of


async def test_renewal_gives_new_tokens_and_a_new_refresh_token(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert renewed["scope"] == tokens["scope"]


async def test_renewed_id_token_is_of_the_same_sign_in(visitor: Visitor, clock: Seconds) -> None:
    tokens = await visitor.tokens()
    clock.advance(3600)
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    old, new = claims_of(tokens["id_token"]), claims_of(renewed["id_token"])
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert new[name] == old[name]
    assert new["iat"] == int(str(old["iat"])) + 3600
    assert "nonce" not in new


async def test_reuse_revokes_the_whole_family(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    renewed = (await visitor.renew(tokens["refresh_token"])).json()
    reused = (await visitor.renew(tokens["refresh_token"])).json()
    assert reused["error"] == "invalid_grant"
    assert "The refresh token was used before" in reused["error_description"]
    assert (await visitor.renew(renewed["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await visitor.userinfo(renewed["access_token"])).status_code == 401


async def test_reuse_leaves_other_sign_ins_alone(visitor: Visitor) -> None:
    victim, other = await visitor.tokens(), await visitor.tokens()
    for _ in range(2):
        await visitor.renew(victim["refresh_token"])
    assert (await visitor.renew(other["refresh_token"])).status_code == 200


async def test_of_a_hundred_uses_at_once_exactly_one_wins(visitor: Visitor) -> None:
    token = (await visitor.tokens())["refresh_token"]
    answers = await asyncio.gather(*(visitor.renew(token) for _ in range(100)))
    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.json()["error"] for answer in answers if answer not in won} == {"invalid_grant"}
    # the others were taken for thieves, as they may well be
    assert (await visitor.renew(won[0].json()["refresh_token"])).status_code == 400


async def test_of_many_processes_on_one_file_exactly_one_wins(
    visitor: Visitor, settings: Settings, tenant: Tenant
) -> None:
    secret = str((await visitor.tokens())["refresh_token"])

    def use(_: int) -> bool:
        database = open_database(settings)
        try:
            with database.transaction() as db:
                use_refresh_token(db, check_refresh_token(db, secret, tenant.now()))
        except RequestRefused:
            return False
        finally:
            database.close()
        return True

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(use, range(32))).count(True) == 1


async def test_refresh_token_expires(visitor: Visitor, clock: Seconds) -> None:
    token = (await visitor.tokens())["refresh_token"]
    clock.advance(30 * 24 * 3600)
    response = await visitor.renew(token)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"


async def test_each_renewal_gives_the_full_time_anew(visitor: Visitor, clock: Seconds) -> None:
    token = (await visitor.tokens())["refresh_token"]
    for _ in range(3):
        clock.advance(29 * 24 * 3600)
        await visitor.sign_in(prompt="login")
        response = await visitor.renew(token)
        assert response.status_code == 200
        token = response.json()["refresh_token"]


async def test_scope_can_be_narrowed_for_one_access_token(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    narrow = (await visitor.renew(tokens["refresh_token"], scope="openid email")).json()
    assert narrow["scope"] == "openid email"
    assert claims_of(narrow["access_token"])["scope"] == "openid email"
    assert "name" not in claims_of(narrow["id_token"])
    wide = (await visitor.renew(narrow["refresh_token"])).json()
    assert wide["scope"] == tokens["scope"]


async def test_scope_cannot_be_widened_and_trying_uses_nothing_up(visitor: Visitor) -> None:
    tokens = await visitor.tokens(scope="openid offline_access")
    response = await visitor.renew(tokens["refresh_token"], scope="openid read:messages")
    assert response.json()["error"] == "invalid_scope"
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200


async def test_scope_of_nothing_but_blanks_is_refused(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    response = await visitor.renew(tokens["refresh_token"], scope=" ")
    assert response.json()["error"] == "invalid_scope"


async def test_resource_may_be_repeated_at_renewal(visitor: Visitor) -> None:
    tokens = await visitor.tokens(audience=None, resource="http://localhost:3001")
    response = await visitor.renew(tokens["refresh_token"], resource="http://localhost:3001")
    assert claims_of(response.json()["access_token"])["aud"] == "http://localhost:3001"


async def test_unknown_refresh_token_is_refused(visitor: Visitor) -> None:
    for token in ("unknown", "\u00fc", "'; DROP TABLE grants"):
        assert (await visitor.renew(token)).json()["error"] == "invalid_grant"


async def test_logging_out_of_the_browser_leaves_offline_access(visitor: Visitor) -> None:
    tokens = await visitor.tokens()
    await visitor.get(f"/logout?id_token_hint={tokens['id_token']}")
    assert (await visitor.renew(tokens["refresh_token"])).status_code == 200


async def test_secrets_are_stored_as_digests_only(visitor: Visitor, tenant: Tenant) -> None:
    code = (await visitor.sign_in())["code"]
    tokens = (await visitor.redeem(code)).json()
    (cookie,) = visitor.client.cookies.values()
    dump = "\n".join(_dump(tenant.database.connection))
    for secret in (code, tokens["refresh_token"], tokens["access_token"], cookie):
        assert secret not in dump


def _dump(connection: sqlite3.Connection) -> list[str]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [
        str(tuple(row))
        for table in tables
        for row in connection.execute(f"SELECT * FROM {table['name']}")
    ]
