"""A notice of what is wrong: all that the first paint needs of what Home may have to tell."""

from textual.content import Content
from textual.widgets import Static

from tui.text import printable_block


class Notice(Static):
    """A line or two that cannot be overlooked; hidden while there is nothing to say."""

    DEFAULT_CSS = """
    Notice {
        display: none;
        height: auto;
        padding: 0 1;
        margin-bottom: 1;
        border-left: outer $warning;
        color: $text-warning;
        &.-said { display: block; }
    }
    """

    def say(self, text: str) -> None:
        """Show `text`, which others may have written; an empty one hides the notice."""
        self.set_class(bool(text), "-said")
        self.update(Content(f"▲ {printable_block(text)}" if text else ""))
