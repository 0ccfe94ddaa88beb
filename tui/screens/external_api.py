"""External API: call it with the access token, and see what it says."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui.auth.errors import ApiUnreachable, DoorkeyError
from tui.messages import PingSucceeded
from tui.screens.place import PlaceScreen
from tui.text import printable
from tui.widgets.moments import Clock
from tui.widgets.ping_result import PingResultPanel

if TYPE_CHECKING:
    from tui.api_client import PingResult
    from tui.auth.service import AuthService

PING_PATH: Final = "/api/external"

ApiCall = Callable[[str, str], Awaitable["PingResult"]]
"""Takes the API's origin and an access token, and gives what the API answered."""


async def call_api(api_url: str, access_token: str) -> "PingResult":
    """Ping the API over the network."""
    from tui.api_client import ping  # loads httpx, which the first paint must not wait for

    return await ping(api_url, access_token)


class ExternalApiScreen(PlaceScreen):
    """A Ping button, and the result in the quickstart's words."""

    PLACE = "external-api"
    CSS_PATH = "external_api.tcss"
    AUTO_FOCUS = "#ping"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "ping", "Ping", id="ping", tooltip="Call the API"),
    ]
    HELP = """\
## External API

Press **p** to call the API with your access token. If the token has expired, it is renewed
first. The API checks who issued it, for whom, and until when, and says what it finds.
"""

    def __init__(
        self,
        service: "AuthService",
        clock: Clock,
        call: "ApiCall | None" = None,
    ) -> None:
        super().__init__(service.config.domain, clock)
        self._service = service
        self._call = call or call_api

    def compose_content(self) -> ComposeResult:
        """Yield the heading, what a ping is, the button, the result."""
        config = self._service.config
        yield Static(Content("External API"), classes="headline")
        yield Static(
            Content(
                "Ping the external API with the button below. It is called with your access token, "
                f"and validates it by its audience, {printable(config.audience)}."
            ),
            id="lead",
        )
        with Horizontal(classes="actions"):
            yield Button("Ping", variant="primary", id="ping")
            yield Static(Content(f"GET {self._url}"), id="target")
        yield PingResultPanel()

    @property
    def _url(self) -> str:
        return printable(self._service.config.api_url.rstrip("/") + PING_PATH)

    @on(Button.Pressed, "#ping")
    def action_ping(self) -> None:
        """Call the API."""
        self.query_one(PingResultPanel).show_calling(self._url)
        self._ping()

    @work(exclusive=True, group="ping", exit_on_error=False)
    async def _ping(self) -> None:
        panel = self.query_one(PingResultPanel)
        try:
            token = await self._service.get_access_token()
            result = await self._call(self._service.config.api_url, token)
        except ApiUnreachable as error:
            panel.show_trouble("The API gave no answer", str(error))
        except DoorkeyError as error:
            panel.show_trouble("The API was not called", str(error))
        else:
            panel.show_result(result)
            if result.ok:
                self.post_message(PingSucceeded())
