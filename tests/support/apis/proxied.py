"""A proxy before a scripted API, and a program that talks to it byte for byte."""

import asyncio
from dataclasses import dataclass, field

from tests.support.apis.scripted_api import PATIENCE_SECONDS, ScriptedApi
from tui.api.proxy.heads import Header, ResponseHead
from tui.api.proxy.upstream import UpstreamConnection
from tui.errors import DoorkeyError

SECRET = "the-secret-prefix"
TOKEN = "canary-token"


@dataclass
class Session:
    """Whose token the proxy adds."""

    token: str = TOKEN
    failure: DoorkeyError | None = None
    renewals: int = 0

    def sign(self, _method: str, _url: str) -> "Signed":
        return Signed(self)


@dataclass
class Signed:
    """One request; it goes again with another token where the API calls the first one invalid."""

    session: Session
    was_renewed: bool = False

    async def headers(self) -> list[Header]:
        if self.session.failure is not None:
            raise self.session.failure
        return [(b"authorization", f"Bearer {self.session.token}".encode())]

    def goes_again(self, response: ResponseHead) -> bool:
        said = b"".join(value for name, value in response.headers if name == b"www-authenticate")
        if self.was_renewed or response.status != 401 or b"invalid_token" not in said:
            return False
        self.was_renewed = True
        self.session.renewals += 1
        self.session.token = f"renewed-{self.session.renewals}"
        return True


@dataclass
class World:
    """The API, the session, the proxy's log and where it listens."""

    api: ScriptedApi
    session: Session
    base: str = ""
    log: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.base.split("/")[2]

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self.host.partition(":")
        return await asyncio.open_connection(host, int(port))

    async def raw(self, data: bytes) -> bytes:
        """Send bytes, and return all that comes until the proxy ends the connection."""
        reader, writer = await self.connect()
        writer.write(data)
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await reader.read()
        writer.close()
        return answer

    async def ask(self, line: str, *headers: str, body: bytes = b"") -> bytes:
        """Send one request with the right Host, and return the whole answer."""
        lines = [line, f"Host: {self.host}", "Connection: close", *headers, "", ""]
        return await self.raw("\r\n".join(lines).encode("latin-1") + body)


def body(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def get(path: str = "/x") -> str:
    return f"GET /{SECRET}{path} HTTP/1.1"


def post(path: str = "/x") -> str:
    return f"POST /{SECRET}{path} HTTP/1.1"


class Wire(asyncio.Transport):
    """To an API without a network: what is written, and whether it was cut."""

    def __init__(self, peer: str = "192.0.2.1") -> None:
        super().__init__({"peername": (peer, 443), "sockname": ("192.0.2.2", 1)})
        self.written = b""
        self._is_cut = False
        self.is_paused = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def is_cut(self) -> bool:
        return self._is_cut

    def abort(self) -> None:
        self._is_cut = True

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


def connected(method: str = "GET", wire: Wire | None = None) -> tuple[UpstreamConnection, Wire]:
    """Return a connection on which a request was sent, and what is behind it."""
    connection, wire = UpstreamConnection(), wire or Wire()
    connection.connection_made(wire)
    connection.begin(method, b"GET / HTTP/1.1\r\n\r\n")
    return connection, wire
