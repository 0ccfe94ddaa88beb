"""`doorkey call`: one request with the token, and where its answer goes."""
