"""What runs as processes of its own: the commands, the servers, other users, and what is killed."""
