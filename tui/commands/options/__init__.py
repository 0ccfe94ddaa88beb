"""What each command takes on its command line; imports nothing of the rooms above config."""
