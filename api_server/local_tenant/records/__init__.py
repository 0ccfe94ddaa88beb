"""What the local tenant remembers, in SQLite. May import settings, redirect_uri and errors."""
