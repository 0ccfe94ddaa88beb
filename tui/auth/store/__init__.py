"""Where a session is kept: memory, file or sealed file, and the lock."""
