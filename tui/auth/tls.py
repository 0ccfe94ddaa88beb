"""Whom to trust over TLS, loaded once: to read all roots takes 30 ms, longer than most answers."""

import os
import ssl
from functools import lru_cache

import httpx


def tls_context() -> ssl.SSLContext:
    """Give the context for every client: the usual roots, or those of `SSL_CERT_FILE`."""
    return _loaded(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=1)
def _loaded(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    return httpx.create_ssl_context()  # which looks for the two itself
