"""One file per screen, each beside its style sheet; a screen of several files has a room."""
