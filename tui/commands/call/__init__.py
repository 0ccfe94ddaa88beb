"""`doorkey call` and `ping`: one request with the token, where its answer goes, a refusal."""
