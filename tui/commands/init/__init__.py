"""`doorkey init`: from nothing to a config for one's own tenant, and what to register there."""
