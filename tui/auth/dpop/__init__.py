"""Tokens bound to a key of the session (RFC 9449): the key, its proofs, what a request carries."""
