"""The app on a stage, whole or as a command, and what it looks like."""
