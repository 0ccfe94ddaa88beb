"""Work in the background that ended in a way that nobody has foreseen."""

from textual.app import App
from textual.screen import Screen
from textual.worker import Worker, WorkerState


def tell_of_failed_work(where: App[None] | Screen[None], message: Worker.StateChanged) -> None:
    """Say on screen that some work failed; the app goes on."""
    if message.state is WorkerState.ERROR:
        # The kind of error only: its text may hold anything, a token among it.
        kind = type(message.worker.error).__name__
        where.notify(f"Something unexpected went wrong ({kind}).", severity="error", markup=False)
