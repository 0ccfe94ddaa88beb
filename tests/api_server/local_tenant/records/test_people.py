import hashlib

import pytest

from api_server.local_tenant.records.people import hash_password, is_code_right, is_password_right
from api_server.local_tenant.records.tenant import Tenant

SALT = bytes(range(16))


def test_password_is_kept_as_its_scrypt_hash() -> None:
    # RFC 7914, with the cost that the module names
    expected = hashlib.scrypt(b"secret", salt=SALT, n=2048, r=8, p=1, dklen=32)
    assert hash_password("secret", SALT) == f"{SALT.hex()}${expected.hex()}"


def test_each_password_has_a_salt_of_its_own(tenant: Tenant) -> None:
    rows = tenant.database.connection.execute("SELECT password_hash FROM people").fetchall()
    salts = {row["password_hash"].partition("$")[0] for row in rows}
    assert len(salts) == 3
    assert {len(salt) for salt in salts} == {32}


@pytest.mark.parametrize(("length", "right"), [(1, True), (256, True), (257, False)])
def test_password_of_more_than_256_letters_is_wrong(length: int, right: bool) -> None:
    """security.md 22: nobody has us hash a book."""
    password = "x" * length
    assert is_password_right(password, hash_password(password, SALT)) is right


def test_wrong_password_is_wrong() -> None:
    assert not is_password_right("wrong", hash_password("secret", SALT))


@pytest.mark.parametrize(("code", "right"), [("123456", True), (" 123456 ", True), ("", False)])
def test_code_may_be_typed_with_blanks_around_it(code: str, right: bool) -> None:
    assert is_code_right(code) is right
