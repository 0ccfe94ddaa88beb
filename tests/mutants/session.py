"""A session of pytest that collects the tests once, and then runs only what it is asked to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, settings

LEFT_OUT: Final = "not browser and not pty and not heavy and not snapshot"
"""Tests of other processes, which no break reaches, or that take too long."""

PREPARED: Final = "prepared_dir"
"""A fixture of the whole session that takes seconds: made once, before the first fork."""

settings.register_profile(
    "mutants",
    database=None,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
"""One failure is enough, and no trial may learn from another."""


class Session:
    """A plugin: calls `work` with itself, where pytest would run the tests."""

    def __init__(self, work: Callable[["Session"], None]) -> None:
        self._work = work
        self._reports: list[pytest.TestReport] = []
        self.items: dict[str, pytest.Item] = {}
        self._firsts: dict[str, pytest.Item] = {}
        """By top room of the tests."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work instead."""
        # The plugin that writes dots and summaries.
        session.config.pluginmanager.unregister(name="terminalreporter")
        self.items = {item.nodeid: item for item in session.items}
        self._firsts = {_top(item): item for item in reversed(session.items)}
        self._prepare()
        self._work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what pytest says of a test."""
        self._reports.append(report)

    def run(self, test: str) -> list[pytest.TestReport]:
        """Run one; return its setup's, its call's and its teardown's report."""
        item = self.items[test]
        self._reports.clear()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self._after(item))
        return [*self._reports]

    def _after(self, item: pytest.Item) -> pytest.Item | None:
        """Return one of another top room, so that all is torn down but what the session shares."""
        return next((each for top, each in self._firsts.items() if top != _top(item)), None)

    def _prepare(self) -> None:
        """Run a test that has the prepared folder made."""
        for item in self.items.values():
            if PREPARED in getattr(item, "fixturenames", ()):
                self.run(item.nodeid)
                return


def _top(item: pytest.Item) -> str:
    return "/".join(item.nodeid.split("/")[:2])


def in_session(suites: Sequence[str], work: Callable[[Session], None], folder: Path) -> int:
    """Collect these tests and do the work; return pytest's exit code."""
    settings.load_profile("mutants")
    options = [
        "-qq", "--no-header", "-p", "no:cacheprovider", "--capture=sys", "-m", LEFT_OUT,
        f"--basetemp={folder / 'tests'}", "-o", "tmp_path_retention_policy=failed",
        "-W", "ignore::pytest.PytestAssertRewriteWarning",
    ]  # fmt: skip
    return int(pytest.main([*options, *suites], plugins=[Session(work)]))
