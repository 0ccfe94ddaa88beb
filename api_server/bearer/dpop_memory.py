"""What tells a proof from its replay (RFC 9449 8, 11.1): nonces, and the proofs seen before."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from api_server.bearer.strict_encoding import encode_base64url

NONCE_SECONDS: Final = 120
"""A nonce is replaced after that, and accepted for as long again."""

MAX_PROOFS: Final = 100_000
"""Of one worker, in some 12 MiB: 300 requests a second over the whole window of a proof."""


@dataclass(frozen=True, slots=True)
class Nonces:
    """Nonces that need no memory: a MAC of the time, the same in all processes with one secret."""

    secret: bytes = field(repr=False)
    clock: Callable[[], float]

    def current(self) -> str:
        """Return the nonce of now."""
        return self._of(self._period())

    def accepts(self, nonce: str) -> bool:
        """Return whether a nonce is the current one or the one before."""
        period, sent = self._period(), nonce.encode("utf-8", "replace")
        return any(
            hmac.compare_digest(self._of(known).encode(), sent) for known in (period, period - 1)
        )

    def _period(self) -> int:
        return int(self.clock() // NONCE_SECONDS)

    def _of(self, period: int) -> str:
        return encode_base64url(hmac.digest(self.secret, str(period).encode(), "sha256"))


class SeenProofs:
    """The proofs of the last minutes, by the second they were made in; no replay is missed.

    Where there are more than fit, the oldest second is forgotten, and proofs of that second and
    before are not accepted any more: under load the window narrows instead of letting replays in.
    """

    def __init__(self, max_proofs: int = MAX_PROOFS) -> None:
        self._max_proofs = max_proofs
        self._by_second: dict[int, set[bytes]] = {}
        self._count = 0
        self._forgotten_until = 0

    def __len__(self) -> int:
        return self._count

    def is_too_old(self, issued_at: float) -> bool:
        """Return whether a proof made then could be one that has been forgotten."""
        return int(issued_at) <= self._forgotten_until

    def add(self, digest: bytes, issued_at: float, expired_before: float) -> bool:
        """Remember a proof; return False where it was seen before.

        Proofs made before `expired_before` are forgotten: they are refused for their age.
        """
        seen = self._by_second.setdefault(int(issued_at), set())
        if digest in seen:
            return False
        seen.add(digest)
        self._count += 1
        self._forget(expired_before)
        return True

    def _forget(self, expired_before: float) -> None:
        # proofs come nearly in the order of their seconds: the first is the oldest, or is soon
        oldest = (
            min(self._by_second) if self._count > self._max_proofs else next(iter(self._by_second))
        )
        if oldest < int(expired_before) or self._count > self._max_proofs:
            self._count -= len(self._by_second.pop(oldest))
            self._forgotten_until = max(self._forgotten_until, oldest)
