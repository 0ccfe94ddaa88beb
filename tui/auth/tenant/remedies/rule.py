"""One kind of refusal by a tenant, and what helps against it."""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of refusal and its remedy."""

    name: str
    errors: tuple[str, ...]
    """The codes it comes with (RFC 6749 4.1.2.1, 5.2 and others); empty for any."""
    words: str
    """A regular expression that the tenant's own text must match; empty for any text."""
    remedy: str
    """One or two sentences; `{audience}` and the other facts of `_facts` may stand in them."""
    client: Literal["any", "public", "confidential"] = "any"

    def fits(self, error: str, text: str, *, has_secret: bool) -> bool:
        """Return whether a refusal with this code and text is of this kind."""
        return (
            (not self.errors or error in self.errors)
            and (not self.words or re.search(self.words, text, re.IGNORECASE) is not None)
            and self.client in ("any", "confidential" if has_secret else "public")
        )
