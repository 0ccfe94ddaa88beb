"""What the app is measured against: Header, Footer and one Static, and nothing else."""

from textual.app import App, ComposeResult
from textual.widgets import Footer, Header, Static


class BareApp(App[None]):
    """The least that looks like an app."""

    def compose(self) -> ComposeResult:
        """Yield the three."""
        yield Header()
        yield Static("Bare and painted")
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
