"""auth_config.json and where files live."""
