"""Several loads in turn, and how they compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import truediv
from pathlib import Path
from statistics import median

from tests.bench.measures.report import at_least, say
from tests.bench.measures.wrk import CONNECTIONS, Run, wrk
from tests.bench.servers import Running


@dataclass(frozen=True)
class Load:
    """A server and the file of tokens that it is sent."""

    server: Running
    tokens: Path


@dataclass(frozen=True)
class Sample:
    """One round of one load."""

    run: Run
    cpu_microseconds: float
    """What the server computed for one request; other processes do not add to it."""


@dataclass(frozen=True)
class Comparison:
    """The rounds of each load, by its name."""

    samples: Mapping[str, list[Sample]]

    @classmethod
    def of(
        cls,
        loads: Mapping[str, Load],
        rounds: int,
        seconds: float,
        cores: str | None,
        connections: int = CONNECTIONS,
    ) -> "Comparison":
        """Let the loads take turns, so that what else the machine does falls on all alike."""
        for load in loads.values():
            wrk(load.server.url, load.tokens, 1, cores, connections)
        samples: dict[str, list[Sample]] = {name: [] for name in loads}
        for _ in range(rounds):
            for name, load in loads.items():
                samples[name].append(sample(load, seconds, cores, connections))
        return cls(samples)

    def say(self) -> None:
        """Print a line for each load: median, spread, p99, CPU time."""
        for name, taken in self.samples.items():
            rates = sorted(sample.run.requests_per_second for sample in taken)
            say(
                f"  {name:30} {median(rates):8,.0f} requests/s "
                f"({rates[0]:,.0f} to {rates[-1]:,.0f}), "
                f"p99 {median(sample.run.p99_ms for sample in taken):.1f} ms, "
                f"{median(sample.cpu_microseconds for sample in taken):.0f} us CPU each"
            )

    def say_ratio(self, ours: str, theirs: str, target: float) -> None:
        """Print how many times as many requests `ours` answers, and whether that is enough."""
        self._say_ratio(ours, theirs, at_least(self.ratio(ours, theirs), target))

    def say_ratio_without_verdict(self, ours: str, theirs: str, target: float) -> None:
        """Print the ratio where this machine cannot tell whether it is enough."""
        self._say_ratio(ours, theirs, f"at least {target}: cannot be told here")

    def _say_ratio(self, ours: str, theirs: str, verdict: str) -> None:
        cpu = median(self.cpu(theirs)) / median(self.cpu(ours))
        say(f"  {ours} / {theirs}: {self.ratio(ours, theirs):.2f} ({verdict}); by CPU {cpu:.2f}")

    def ratio(self, ours: str, theirs: str) -> float:
        """Return how many times as many requests `ours` answers."""
        ratios = map(truediv, self.rates(ours), self.rates(theirs))
        return float(median(ratios))

    def rates(self, name: str) -> list[float]:
        """Return the requests per second of one load, round by round."""
        return [sample.run.requests_per_second for sample in self.samples[name]]

    def p50_ms(self, name: str) -> float:
        """Return the median over all rounds of a load's median answer."""
        return median(sample.run.p50_ms for sample in self.samples[name])

    def cpu(self, name: str) -> list[float]:
        """Return the microseconds computed for one request of a load, round by round."""
        return [sample.cpu_microseconds for sample in self.samples[name]]


def sample(load: Load, seconds: float, cores: str | None, connections: int) -> Sample:
    """Put one load on its server, and return what came of it."""
    before = load.server.cpu_seconds()
    run = wrk(load.server.url, load.tokens, seconds, cores, connections)
    spent = load.server.cpu_seconds() - before
    return Sample(run, spent / run.requests * 1_000_000)
