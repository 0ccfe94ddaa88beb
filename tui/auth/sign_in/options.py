"""What a person may ask of one sign-in, beside what the config asks of all."""

from dataclasses import dataclass
from typing import Final, Literal

Way = Literal["browser", "paste", "device"]
"""How a person signs in: a browser on this machine, one elsewhere, or a code on another device."""

PATIENCE_SECONDS: Final = 300.0
"""How long a sign-in waits for the browser: time for a password manager and a second factor."""


@dataclass(frozen=True, slots=True)
class SignInOptions:
    """The optional parameters of one authorization request (Core 3.1.2.1); empty means unasked."""

    way: Way = "browser"
    """`browser` has all the ways side by side, `paste` needs no free port, `device` is alone."""
    open_browser: bool = True
    prompt: str = ""
    login_hint: str = ""
    acr_values: str = ""
    connection: str = ""
    """Auth0's name for where the person's account is, such as `google-oauth2`."""
    organization: str = ""
    scope: str = ""
    """Instead of the config's."""
    max_age_seconds: int | None = None
    patience_seconds: float = PATIENCE_SECONDS

    def parameters(self) -> dict[str, str]:
        """Give the parameters that were asked for, by their names in the request."""
        max_age = "" if self.max_age_seconds is None else str(self.max_age_seconds)
        asked = {
            "prompt": self.prompt,
            "login_hint": self.login_hint,
            "acr_values": self.acr_values,
            "max_age": max_age,
            "connection": self.connection,
            "organization": self.organization,
        }
        return {name: value for name, value in asked.items() if value}
