"""Builders of configs, sessions, stores, tokens and proofs: good ones, and any other."""
