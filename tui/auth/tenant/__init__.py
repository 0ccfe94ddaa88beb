"""The tenant over HTTP: discovery, keys, token endpoint, ID token, device."""
