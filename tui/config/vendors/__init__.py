"""What is known of tenants by their vendors: one table, for the code and docs/tenants.md."""
