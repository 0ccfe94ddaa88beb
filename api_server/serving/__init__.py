"""Granian, the port that it listens at, and the logs."""
