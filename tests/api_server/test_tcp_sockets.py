"""Whose process answers on this machine, as /proc/net/tcp and tcp6 tell."""

import os
from pathlib import Path

import pytest

from api_server.tcp_sockets import is_answered_by_stranger
from tests.support.changing_tables import ChangingTables

ME, STRANGER = 1000, 1001

ISSUER, OWN = ("127.0.0.1", 3002), ("127.0.0.1", 49152)

OURS = "0100007F:C000 0100007F:0BBA {} 0 0 0 {} 0 12"
"""Our end, at port 49152, of a connection to port 3002."""
THEIRS = "0100007F:0BBA 0100007F:C000 {} 0 0 0 {} 0 13"
NOT_ACCEPTED = "0100007F:0BBA 0100007F:C000 01 0 0 0 0 0 0"
MAPPED = THEIRS.replace("0100007F:", "0000000000000000FFFF00000100007F:")
DEFERRED = NOT_ACCEPTED.replace(" 01 ", " 03 ")
MAPPED_NOT_ACCEPTED = NOT_ACCEPTED.replace("0100007F:", "0000000000000000FFFF00000100007F:")
CLOSED = NOT_ACCEPTED.replace(" 01 ", " 05 ")
LISTENER = "0100007F:0BBA 00000000:0000 0A 0 0 0 {} 0 14"
ANYWHERE = LISTENER.replace("0100007F:0BBA", "00000000:0BBA")
AT_IPV6 = LISTENER.replace("0100007F:0BBA", "00000000000000000000000001000000:0BBA")
EVERYWHERE = LISTENER.replace("0100007F:0BBA", f"{32 * '0'}:0BBA")
MINE = OURS.format("01", ME)


@pytest.mark.parametrize(
    ("rows", "is_strangers"),
    [
        ([MINE, THEIRS.format("01", STRANGER)], True),
        ([MINE, THEIRS.format("01", ME)], False),
        ([MINE, THEIRS.format("01", 0)], False),
        # whoever has accepted it counts, and not who else listens there
        ([MINE, THEIRS.format("01", ME), LISTENER.format(STRANGER)], False),
        ([MINE, THEIRS.format("01", STRANGER), LISTENER.format(ME)], True),
        ([MINE, NOT_ACCEPTED, LISTENER.format(STRANGER)], True),
        ([MINE, NOT_ACCEPTED, LISTENER.format(ME)], False),
        ([MINE, DEFERRED, LISTENER.format(STRANGER)], True),
        ([MINE, DEFERRED, LISTENER.format(ME)], False),
        ([MINE, NOT_ACCEPTED, LISTENER.format(STRANGER).replace("0A", "06")], True),
        # whoever listens at the very address, and not at the other one of localhost
        ([MINE, NOT_ACCEPTED, LISTENER.format(ME), AT_IPV6.format(STRANGER)], False),
        ([MINE, NOT_ACCEPTED, LISTENER.format(STRANGER), AT_IPV6.format(ME)], True),
        ([MINE, NOT_ACCEPTED, LISTENER.format(STRANGER), ANYWHERE.format(ME)], True),
        ([MINE, NOT_ACCEPTED, ANYWHERE.format(ME)], False),
        ([MINE, NOT_ACCEPTED, ANYWHERE.format(STRANGER)], True),
        # the server's socket takes both families
        ([MINE, MAPPED.format("01", STRANGER)], True),
        ([MINE, MAPPED.format("01", ME)], False),
        ([MINE, MAPPED_NOT_ACCEPTED, EVERYWHERE.format(ME)], False),
        ([MINE, MAPPED_NOT_ACCEPTED, EVERYWHERE.format(STRANGER)], True),
        # answered and gone, while another one listens at the other address of localhost
        ([OURS.format("08", ME), CLOSED, AT_IPV6.format(ME)], True),
        ([MINE, CLOSED, LISTENER.format(ME)], True),
        # answered and gone, by closing and by a reset
        ([OURS.format("08", ME), NOT_ACCEPTED.replace(" 01 ", " 06 ")], True),
        ([LISTENER.format(ME).replace("0BBA", "0BBB")], True),
        # at one of two ends that are spelled so is a stranger
        ([MINE, THEIRS.format("01", ME), MAPPED.format("01", STRANGER)], True),
        # what else our port is connected with says nothing of this connection
        ([MINE, THEIRS.format("01", ME), THEIRS.format("01", STRANGER).replace("BA", "BB")], False),
        # of another machine, such as Windows below WSL
        ([MINE], False),
        # our end is not there as it was, but one of another connection
        ([OURS.format("08", ME)], True),
        ([MINE.replace("C000", "C001")], True),
        ([MINE.replace("0BBA", "0BBB")], True),
        ([], False),
    ],
)
def test_a_connection_is_whoevers_process_is_at_its_other_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: list[str], is_strangers: bool
) -> None:
    """security.md 53."""
    monkeypatch.setattr(os, "geteuid", lambda: ME)
    (tmp_path / "net").mkdir()
    table = "\n".join(f"  {number}: {row}" for number, row in enumerate(rows))
    for name, body in (("tcp", ""), ("tcp6", table)):
        (tmp_path / "net" / name).write_text(f"  sl  local_address ...\n{body}\n".rstrip())
    assert is_answered_by_stranger(ISSUER, OWN, tmp_path) is is_strangers
    issuer, own = ((f"::ffff:{host}", port) for host, port in (ISSUER, OWN))
    assert is_answered_by_stranger(issuer, own, tmp_path) is is_strangers


def test_who_goes_while_the_tables_are_read_is_a_stranger(tmp_path: Path) -> None:
    """security.md 53."""
    rows = [f"0: {MINE}"]
    assert is_answered_by_stranger(ISSUER, OWN, ChangingTables.at(tmp_path, rows, []))


def test_where_the_system_does_not_tell_nobody_is_refused(tmp_path: Path) -> None:
    assert not is_answered_by_stranger(ISSUER, OWN, tmp_path)
