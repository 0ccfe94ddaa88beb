"""Granian, the port that it listens at, and the logs. May import nothing else of this project."""
