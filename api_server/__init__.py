"""The servers of Doorkey: the API, and the local tenant to develop against."""
