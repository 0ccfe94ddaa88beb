"""This client at the tenant: public, or with the secret that some tenants demand of native apps."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from tui.errors import ConfigInvalid
from tui.text import printable


@dataclass(frozen=True, slots=True)
class SignedForm:
    """A form, with what shows that it comes from this client."""

    form: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, and the secret that shows it; None for a public client."""

    client_id: str
    secret: str | None = field(default=None, repr=False)

    def sign(self, form: Mapping[str, str], methods: Sequence[str]) -> SignedForm:
        """Add to `form` what shows who asks (RFC 6749 2.3.1), by the tenant's first way of two.

        `methods` are those that the tenant lists; none means `client_secret_basic` (RFC 8414 2).

        Raises:
            ConfigInvalid: there is a secret, and the tenant takes secrets in neither way.
        """
        if self.secret is None:
            return SignedForm({**form, "client_id": self.client_id}, {})
        if self._method(methods) == "client_secret_post":
            own = {"client_id": self.client_id, "client_secret": self.secret}
            return SignedForm({**form, **own}, {})
        # Each is encoded as a form's value first: a colon in the identifier is no separator.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        basic = b64encode(pair.encode("ascii")).decode("ascii")
        return SignedForm(form, {"Authorization": f"Basic {basic}"})

    def _method(self, methods: Sequence[str]) -> str:
        known = [name for name in methods if name in ("client_secret_basic", "client_secret_post")]
        if known:
            return known[0]
        if not methods:
            return "client_secret_basic"
        if "none" in methods:
            return "client_secret_post"  # it lists what it would like, and still asks for a secret
        raise ConfigInvalid(
            "The tenant takes no client secret: it lists "
            f"{printable(', '.join(methods), 200)}. Take `clientSecret` out of the "
            "config, and register a public native client (RFC 8252 8.4)."
        )
