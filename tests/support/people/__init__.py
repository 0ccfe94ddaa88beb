"""A person with a browser or at a terminal."""
