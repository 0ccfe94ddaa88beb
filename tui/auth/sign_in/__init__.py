"""One sign-in, by loopback, paste and device side by side.

Imports the session, the tenant's room, and what is below `tui.auth`.
"""
