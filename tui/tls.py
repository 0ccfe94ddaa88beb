"""Whom to trust over TLS, loaded once: to read all roots takes 30 ms, longer than most answers."""

import os
import ssl
from functools import lru_cache

import httpx

from tui.errors import ConfigError
from tui.text import printable


def tls_context() -> ssl.SSLContext:
    """Give the context for every client: the usual roots, or those of `SSL_CERT_FILE`.

    Raises:
        ConfigError: that file has no certificates.
    """
    return _loaded(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=1)
def _loaded(file: str | None, _folder: str | None) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()  # which looks for the two itself
    except OSError:  # ssl.SSLError is one
        raise ConfigError(
            f"SSL_CERT_FILE is {printable(file)}, and no certificates can be read there. "
            "Name a file of certificates in PEM, or unset it."
        ) from None
