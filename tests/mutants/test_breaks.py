"""What is broken, and that every break can be made."""

from pathlib import Path

import pytest

from tests.mutants.__main__ import SUITES, targets
from tests.mutants.breaks import breaks_of
from tests.mutants.named import NAMED, named_breaks
from tests.support import ROOT


@pytest.mark.parametrize(
    ("line", "breaks"),
    [
        ("a <= b", ["a < b"]),
        ("a <= b < c", ["a < b < c", "a <= b <= c"]),
        ("a and b and c", ["b and c", "a and c", "a and b"]),
        (
            "a is not None and a.b",
            ["a is not None", "a is None"],
        ),  # without it, Python refuses itself
        ("a is not None and b", ["b", "a is not None", "a is None"]),
        ("a or ''", ["''"]),  # it stands in for None
        ("not a", ["a"]),
        ("if a: return", ["never"]),
        ("raise ValueError", ["pass"]),
        ("raise ValueError(a or b, escape(c))", ["pass", "c", "quotes as they are"]),
        ("if a: logger.info(b)", []),
        ("return True", ["return False"]),
        ("f(a, b=True)", ["b=False"]),
        ("hmac.compare_digest(a, b)", ["True"]),
        ("escape(a)", ["a", "quotes as they are"]),
        ("printable(a, 80)", ["a", "without a limit"]),
        ("secrets.token_urlsafe(16)", ["always the same"]),
        ("A: Final = 4", ["A = 8"]),
        ("KEY_BYTES: Final = 4", ["KEY_BYTES = 2"]),
        ("A: Final = 0o600", ["A = 420", "0o644"]),
        ("A: Final = frozenset({'a', 'b'})", ["A without 'a'", "A without 'b'"]),
        ("{'Cache-Control': 'no-store', 'a': 'b'}", ["without 'Cache-Control'"]),
        ("{**a, **b}", ["{**b, **a}"]),
        ("a.check_state(b)", ["pass"]),
        ("all(a)", ["any(...)"]),
        ("a + b", []),
    ],
)
def test_a_line_is_broken_so(tmp_path: Path, line: str, breaks: list[str]) -> None:
    (tmp_path / "a.py").write_text(f"def f():\n    {line}\n")
    assert [each.after for each in breaks_of(tmp_path, Path("a.py"))] == breaks


def test_a_broken_file_runs_broken(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def is_less(a, b):\n    return a < b\n")
    (broken,) = breaks_of(tmp_path, Path("a.py"))
    names: dict[str, object] = {}
    exec(compile(broken.tree(), "a.py", "exec"), names)
    assert eval("is_less(1, 1)", names) is True
    assert broken.name == "a.py is_less: a < b -> a <= b"


@pytest.mark.parametrize("named", NAMED, ids=lambda named: str(named[0]).replace(" ", "-"))
def test_what_once_went_unnoticed_can_be_broken(named: tuple[str, str, str, str]) -> None:
    _, path, before, _ = named
    assert before in (ROOT / path).read_text("utf-8")


def test_each_named_break_is_another_program() -> None:
    for each in named_breaks(ROOT):
        compile(each.tree(), each.path, "exec")


def test_every_room_of_tests_that_is_beside_a_broken_file_is_asked() -> None:
    """Its tests stand first; without them most breaks of the file would go unnoticed."""
    beside = {ROOT / "tests" / path.parent for path in targets()} - {ROOT / "tests" / "tui"}
    asked = {ROOT / suite for suite in SUITES}
    assert [
        room for room in beside if room.is_dir() and asked.isdisjoint((room, *room.parents))
    ] == []
