"""Tenants that answer as a test writes it, and what a service is made and told of there."""
