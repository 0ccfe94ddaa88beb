"""What is true now of one person's session, and who is told when that changes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from tui.auth.session import LoginEvent, Profile, Session
from tui.errors import SignInNeeded

Listener = Callable[[LoginEvent], None]


def now() -> datetime:
    """Give the wall clock; expiry is judged by it at each use, so sleep and jumps do not matter."""
    return datetime.now(UTC)


class CurrentSession:
    """The session in memory, or none, by the names that people ask for it."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._session: Session | None = None
        self._listeners: list[Listener] = []

    @property
    def session(self) -> Session | None:
        """The session, or None when nobody is signed in."""
        return self._session

    @property
    def id_token(self) -> str | None:
        """The ID token, valid or not."""
        return self._session.token_set.id_token if self._session else None

    @property
    def profile(self) -> Profile | None:
        """Who is signed in."""
        return self._session.profile if self._session else None

    @property
    def token_expiry(self) -> datetime | None:
        """When the ID token expires."""
        return self._session.token_set.token_expiry if self._session else None

    @property
    def access_token(self) -> str | None:
        """The access token, valid or not; `get_access_token` gives one that is."""
        return self._session.token_set.access_token if self._session else None

    @property
    def access_token_expiry(self) -> datetime | None:
        """When the access token expires."""
        return self._session.token_set.access_token_expiry if self._session else None

    def is_authenticated(self) -> bool:
        """Tell whether somebody is signed in, whatever has expired meanwhile."""
        return self._session is not None

    def is_id_token_valid(self) -> bool:
        """Tell whether the ID token has not expired."""
        expiry = self.token_expiry
        return expiry is not None and self._clock() < expiry

    def is_access_token_valid(self) -> bool:
        """Tell whether the access token has not expired."""
        expiry = self.access_token_expiry
        return expiry is not None and self._clock() < expiry

    def clock(self) -> datetime:
        """Give the time by which everything here is judged."""
        return self._clock()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have `listener` told of every change, on the event loop; gives what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _signed_in(self) -> Session:
        if self._session is None:
            raise SignInNeeded("Nobody is signed in. Sign in first: doorkey login.")
        return self._session

    def _adopt(self, session: Session, state: Mapping[str, str] | None = None) -> LoginEvent:
        self._session = session
        return self._tell(LoginEvent(True, session.profile, state))

    def _forget(self, reason: str) -> None:
        self._session = None
        self._tell(LoginEvent(False, None, None, reason))

    def _tell(self, event: LoginEvent) -> LoginEvent:
        for listener in tuple(self._listeners):
            listener(event)
        return event
