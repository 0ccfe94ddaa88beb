"""The calls so far, in numbers."""

from tests.support.clocks import START
from tui.api.history import CALLS_REMEMBERED, Call, CallHistory, Latencies


def call(seconds: float | None, *, ok: bool = True) -> Call:
    return Call(START, "GET", "/", "200" if ok else "none", ok, seconds)


def test_latencies_are_summed_up_by_nearest_rank() -> None:
    history = CallHistory()
    for milliseconds in range(100, 0, -1):
        history.add(call(milliseconds / 1000))
    assert history.latencies() == Latencies(0.001, 0.0505, 0.095)


def test_calls_without_an_answer_have_no_latency() -> None:
    history = CallHistory()
    history.add(call(None, ok=False))
    assert history.latencies() is None
    assert history.refused == 1


def test_only_the_last_calls_are_remembered() -> None:
    history = CallHistory()
    for _ in range(CALLS_REMEMBERED + 5):
        history.add(call(0.1))
    assert len(history.calls) == CALLS_REMEMBERED
