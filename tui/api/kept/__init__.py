"""Requests to keep: under a name, or as a line for a shell; and what is never kept of them."""
