"""A person's picture within a page."""

from typing import Final

from ..settings import Settings
from .markup import Markup, fill

IMAGE: Final = '<img class="portrait" src="$path/people/$name.svg" alt="" width="28" height="28">'


def portrait_of(settings: Settings, name: str) -> Markup:
    """Show somebody; their name stands beside it, so the picture itself says nothing."""
    return fill(IMAGE, path=settings.path, name=name)
