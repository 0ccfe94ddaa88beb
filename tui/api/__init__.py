"""Calling an API: the request, the answer, and why it was refused."""
