"""What the calls so far are summed up in: bars that are true, and figures from five calls on."""

import pytest

from tests.support.clocks import START
from tui.api.answer import NoAnswer, PingResult
from tui.api.call import Call
from tui.api.history import CallHistory
from tui.api.request import PING
from tui.app.widgets.calls.calls_panel import bars, numbers


def history(*milliseconds: float, unanswered: int = 0) -> CallHistory:
    """Return calls that took so long, and some that were not answered."""
    calls = CallHistory()
    for each in milliseconds:
        result = PingResult("https://api.example/", 200, "OK", {}, "", each / 1000)
        calls.add(Call(START, PING, result))
    for _ in range(unanswered):
        calls.add(Call(START, PING, no_answer=NoAnswer("Nobody listens there.", "nobody")))
    return calls


@pytest.mark.parametrize(
    ("taken", "drawn"),
    [
        ((3,), ""),
        ((100, 50), "█▅  up to 100 ms"),
        ((100, 100), "██  up to 100 ms"),
        ((0, 100), "▁█  up to 100 ms"),
        ((4, 100, 30), "▁█▃  up to 100 ms"),
    ],
)
def test_a_bar_is_as_high_as_its_call_took_long_from_zero_on(
    taken: tuple[float, ...], drawn: str
) -> None:
    assert bars(history(*taken), 80).plain == drawn


@pytest.mark.parametrize(("cells", "count"), [(80, 40), (56, 40), (46, 30), (10, 2)])
def test_there_are_as_many_bars_as_fit_into_a_line_with_their_scale(cells: int, count: int) -> None:
    drawn = bars(history(*[1234] * 45), cells).plain
    assert drawn == "█" * count + "  up to 1,234 ms"


def test_figures_are_told_from_five_answers_on() -> None:
    assert numbers(history(*[4] * 4, unanswered=3)).plain == ""
    assert numbers(history(1, 2, 3, 4, 100)).plain == "min 1.0 ms  median 3.0 ms  p95 100 ms"


def test_calls_without_an_answer_have_no_bar() -> None:
    assert bars(history(100, 50, unanswered=2), 80).plain == "█▅  up to 100 ms"
