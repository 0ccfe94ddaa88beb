"""The user's side of Doorkey: the terminal app, the commands and what signs a person in."""
