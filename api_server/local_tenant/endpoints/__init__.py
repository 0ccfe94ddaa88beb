"""The local tenant's endpoints, one file each. May import pages, records and what those use."""
