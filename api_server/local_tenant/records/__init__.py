"""What the local tenant remembers, in SQLite."""
