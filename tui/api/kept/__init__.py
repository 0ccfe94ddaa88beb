"""Requests that are kept under a name, and what is never kept with them."""
