"""Setting up a tenant: which one, what its config needs, what to register there."""
