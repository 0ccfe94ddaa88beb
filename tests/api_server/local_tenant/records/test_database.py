import sqlite3
from base64 import urlsafe_b64decode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from filelock import FileLock
from starlette.types import Message

from api_server.local_tenant.app import build_app
from api_server.local_tenant.errors import DatabaseUnusable
from api_server.local_tenant.records.browsers import Browser, SignIn
from api_server.local_tenant.records.database import draw_secret, open_database
from api_server.local_tenant.records.people import find_person
from api_server.local_tenant.records.tenant import Tenant, open_tenant
from api_server.local_tenant.records.tokens import RefreshToken
from api_server.local_tenant.settings import Settings
from tests.support.clocks import Seconds
from tests.support.people.forms import last_form
from tests.support.people.visitor import Visitor, header_of, parameters_of

Open = Callable[[Settings], Tenant]


def moved_to(tenant: Tenant, visitor: Visitor) -> Visitor:
    """Give the same person with the same cookies, at another tenant."""
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(build_app(tenant)),
        base_url="http://localhost:3002",
        cookies=visitor.client.cookies,
    )
    return Visitor(client)


async def test_session_tokens_and_keys_outlive_a_restart(
    visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Open
) -> None:
    tokens = await visitor.tokens()
    tenant.close()
    after = moved_to(open_one(settings), visitor)
    assert "code" in parameters_of(await after.authorize(prompt="none"))
    assert (await after.userinfo(tokens["access_token"])).json()["sub"] == "local|alice"
    renewed = (await after.renew(tokens["refresh_token"])).json()
    assert header_of(renewed["id_token"]) == header_of(tokens["id_token"])


async def test_sign_in_that_has_begun_goes_on_after_a_restart(
    visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Open
) -> None:
    page = await visitor.follow(await visitor.authorize())
    tenant.close()
    after = moved_to(open_one(settings), visitor)
    assert last_form(page.text).action == "/login"
    assert "code" in parameters_of(await after.allow(await after.log_in(page)))


async def test_code_that_was_used_is_known_for_a_replay_after_a_restart(
    visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Open
) -> None:
    code = (await visitor.sign_in())["code"]
    tokens = (await visitor.redeem(code)).json()
    tenant.close()
    after = moved_to(open_one(settings), visitor)
    await after.redeem(code)
    assert (await after.renew(tokens["refresh_token"])).status_code == 400


async def test_two_issuers_share_nothing(
    visitor: Visitor, settings: Settings, open_one: Open
) -> None:
    tokens = await visitor.tokens()
    other = moved_to(open_one(replace(settings, issuer="http://localhost:4002/")), visitor)
    assert (await other.userinfo(tokens["access_token"])).status_code == 401
    assert (await other.renew(tokens["refresh_token"])).status_code == 400
    assert parameters_of(await other.authorize(prompt="none"))["error"] == "login_required"


async def test_tokens_of_another_client_are_not_renewed(
    visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Open
) -> None:
    tokens = await visitor.tokens()
    after = moved_to(open_one(replace(settings, client_id="another")), visitor)
    response = await after.renew(tokens["refresh_token"], client_id="another")
    assert response.json()["error"] == "invalid_grant"


def test_many_can_start_with_a_new_file_at_once(settings: Settings, tmp_path: Path) -> None:
    settings = replace(settings, state_dir=tmp_path / "new")

    def key_id(_: int) -> str:
        tenant = open_tenant(settings)
        tenant.close()
        return tenant.keys.keys[0].kid

    with ThreadPoolExecutor(6) as threads:
        assert len(set(threads.map(key_id, range(6)))) == 1


def test_only_the_owner_can_read_what_is_kept(tenant: Tenant, settings: Settings) -> None:
    folder = settings.state_dir / "local_tenant"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert files
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_folder_and_file_that_others_could_read_are_made_private(
    settings: Settings, open_one: Open
) -> None:
    """security.md 35."""
    folder = settings.state_dir / "local_tenant"
    (path,) = folder.glob("*.sqlite3")
    folder.chmod(0o755)
    path.chmod(0o644)
    open_one(settings)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


def test_file_in_place_of_a_damaged_one_is_private(settings: Settings, open_one: Open) -> None:
    """security.md 35."""
    (path,) = (settings.state_dir / "local_tenant").glob("*.sqlite3")
    path.write_bytes(b"not a database" * 1000)
    open_one(settings)
    assert path.stat().st_mode & 0o777 == 0o600


def test_closing_leaves_one_file_and_no_connection(tenant: Tenant, settings: Settings) -> None:
    tenant.close()
    assert not list(settings.state_dir.rglob("*-wal"))
    with pytest.raises(sqlite3.ProgrammingError, match="closed"), tenant.database.transaction():
        pass


async def test_app_closes_its_tenant_when_it_ends(tenant: Tenant) -> None:
    received = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[Message] = []

    async def receive() -> Message:
        return next(received)

    async def send(message: Message) -> None:
        sent.append(message)

    await build_app(tenant)({"type": "lifespan"}, receive, send)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"), tenant.database.transaction():
        pass


def test_file_that_another_tenant_is_making_is_named_with_what_to_do(settings: Settings) -> None:
    (path,) = (settings.state_dir / "local_tenant").glob("*.sqlite3")
    starting = "another tenant is starting with it; try again"
    with (
        FileLock(path.with_suffix(".lock"), mode=0o600),
        pytest.raises(DatabaseUnusable, match=starting) as raised,
    ):
        open_database(settings, patience_seconds=0)
    assert str(path) in str(raised.value)


def test_secrets_are_256_bits_of_the_randomness_that_was_given() -> None:
    """security.md 2, 54: what nobody can guess."""
    asked: list[int] = []

    def count(size: int) -> bytes:
        asked.append(size)
        return bytes(range(size))

    secret = draw_secret(count)
    assert asked == [32]
    assert urlsafe_b64decode(secret + "=") == bytes(range(32))


async def test_each_secret_is_drawn_anew(visitor: Visitor, tenant: Tenant) -> None:
    """security.md 2."""
    drawn = [tenant.draw_secret() for _ in range(100)]
    drawn += [str((await visitor.tokens())["refresh_token"]) for _ in range(3)]
    assert len(set(drawn)) == len(drawn)
    assert {len(secret) for secret in drawn} == {43}


def test_no_secret_stands_in_a_repr(tenant: Tenant) -> None:
    """security.md 40."""
    canary = "canary-4711"
    with tenant.database.transaction() as db:
        alice = find_person(db, "alice")
    assert alice is not None
    browser = Browser(canary, "digest", "sid")
    things = [browser, SignIn(canary), RefreshToken(canary, None), alice]  # type: ignore[arg-type] # only shown
    shown = " ".join(map(repr, [*things, tenant.keys, tenant.proofs, tenant]))
    assert canary not in shown
    assert alice.password_hash not in shown
    assert "RSAPrivateKey" not in shown


def test_folder_that_is_made_is_private(settings: Settings, open_one: Open) -> None:
    settings = replace(settings, state_dir=settings.state_dir / "not" / "yet")
    open_one(settings)
    assert settings.state_dir.stat().st_mode & 0o777 == 0o700


def test_link_in_place_of_the_file_is_not_followed(
    settings: Settings, open_one: Open, tmp_path: Path
) -> None:
    (path,) = (settings.state_dir / "local_tenant").glob("*.sqlite3")
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatabaseUnusable):
        open_one(settings)


def test_damaged_file_is_set_aside_and_the_tenant_starts_afresh(
    settings: Settings, open_one: Open, caplog: pytest.LogCaptureFixture
) -> None:
    (path,) = (settings.state_dir / "local_tenant").glob("*.sqlite3")
    path.write_bytes(b"not a database" * 1000)
    tenant = open_one(settings)
    assert tenant.keys.key_set()["keys"]
    assert path.with_suffix(".old").read_bytes().startswith(b"not a database")
    assert str(path) in caplog.text


def test_file_of_another_version_is_set_aside_and_the_tenant_starts_afresh(
    tenant: Tenant, settings: Settings, open_one: Open, caplog: pytest.LogCaptureFixture
) -> None:
    tenant.database.connection.execute("PRAGMA user_version = 99")
    tenant.close()
    assert open_one(settings).keys != tenant.keys
    assert "another version of Doorkey (99)" in caplog.text


async def test_session_outlives_the_update_of_a_file_of_version_2(
    visitor: Visitor, tenant: Tenant, settings: Settings, open_one: Open
) -> None:
    tokens = await visitor.tokens()
    code = (await visitor.sign_in())["code"]
    tenant.database.connection.executescript(
        "ALTER TABLE grants DROP COLUMN jkt; ALTER TABLE codes DROP COLUMN dpop_jkt;"
        "ALTER TABLE grants DROP COLUMN acr; ALTER TABLE browsers DROP COLUMN acr;"
        "PRAGMA user_version = 2;"
    )
    tenant.close()
    after = moved_to(open_one(settings), visitor)
    assert (await after.renew(tokens["refresh_token"])).status_code == 200
    assert (await after.redeem(code)).status_code == 200
    assert "code" in parameters_of(await after.authorize(prompt="none"))
    assert not list(settings.state_dir.rglob("*.old"))


def test_file_that_is_in_use_is_not_set_aside(tenant: Tenant, settings: Settings) -> None:
    tenant.database.connection.execute("PRAGMA user_version = 0")
    tenant.database.connection.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnusable, match="database is locked; stop what else uses it"):
        open_database(settings, patience_seconds=0)
    tenant.database.connection.execute("ROLLBACK")
    assert not list(settings.state_dir.rglob("*.old"))


async def test_what_has_expired_is_cleared_away(
    visitor: Visitor, tenant: Tenant, clock: Seconds
) -> None:
    await visitor.tokens()
    await visitor.authorize(prompt="login")
    clock.advance(31 * 24 * 3600)
    await visitor.tokens(prompt="login")
    db = tenant.database.connection
    counts = {
        table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("browsers", "sign_ins", "grants", "codes", "refresh_tokens", "access_tokens")
    }
    assert counts == {
        "browsers": 1,
        "sign_ins": 0,
        "grants": 1,
        "codes": 1,
        "refresh_tokens": 1,
        "access_tokens": 1,
    }
