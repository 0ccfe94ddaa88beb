"""A reverse proxy on loopback that adds the access token, for programs that only take a URL."""
