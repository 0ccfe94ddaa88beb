"""A person's picture within a page."""

from typing import Final

from api_server.local_tenant.pages.markup import Markup, fill
from api_server.local_tenant.settings import Settings

IMAGE: Final = '<img class="portrait" src="$path/people/$name.svg" alt="" width="28" height="28">'


def portrait_of(settings: Settings, name: str) -> Markup:
    """Show somebody; their name stands beside it, so the picture itself says nothing."""
    return fill(IMAGE, path=settings.path, name=name)
