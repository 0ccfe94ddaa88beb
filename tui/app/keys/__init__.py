"""The keymap, its scopes, and how a key is written on screen."""
