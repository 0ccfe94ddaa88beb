"""External API: its screen, what makes the calls for it, and what it asks before."""
