"""The local tenant's endpoints, one file each."""
