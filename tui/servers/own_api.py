"""Whether it is our own API that answers where a token is about to go."""

from collections.abc import Iterable
from typing import Final

from tui.config.load import Config
from tui.errors import ApiUnreachable
from tui.servers.bundled import api_server
from tui.servers.port import probe
from tui.servers.processes import ServerStatus

NOT_KNOWN: Final = (
    "What answers at the API's port may be anybody's program, or the API hangs. Who it is is "
    "being looked up; then call again."
)


class StrangerAtApi(ApiUnreachable):
    """Another program may answer where the bundled API belongs."""


async def require_own_api(config: Config, statuses: Iterable[ServerStatus]) -> None:
    """Make sure that nobody answers in the place of the bundled API, where it is one of `statuses`.

    The one that was started here, and has not ended, is not asked: it holds its port.

    Raises:
        StrangerAtApi: somebody else may answer; says who.
    """
    for status in statuses:
        if status.name != "api" or (status.state == "ready" and status.log is not None):
            continue
        stranger = status.detail if status.is_port_taken else ""
        if not stranger and await probe(api_server(config)) == "foreign":
            stranger = NOT_KNOWN
        if stranger:
            raise StrangerAtApi(f"{stranger} Your token was not sent.")
