"""The calls so far, in numbers."""

from tests.support.clocks import START
from tui.api.answer import NoAnswer, PingResult
from tui.api.call import Call
from tui.api.history import CALLS_REMEMBERED, CallHistory, Latencies
from tui.api.request import PING


def call(seconds: float | None) -> Call:
    if seconds is None:
        return Call(START, PING, no_answer=NoAnswer("The API cannot be reached.", "nobody"))
    return Call(START, PING, PingResult("https://api.example/", 200, "OK", {}, "", seconds))


def test_latencies_are_summed_up_by_nearest_rank() -> None:
    history = CallHistory()
    for milliseconds in range(100, 0, -1):
        history.add(call(milliseconds / 1000))
    assert history.latencies() == Latencies(0.001, 0.0505, 0.095)


def test_calls_without_an_answer_have_no_latency() -> None:
    history = CallHistory()
    history.add(call(None))
    assert history.latencies() is None
    assert history.refused == 1


def test_only_the_last_calls_are_remembered() -> None:
    history = CallHistory()
    for _ in range(CALLS_REMEMBERED + 5):
        history.add(call(0.1))
    assert len(history) == CALLS_REMEMBERED
