"""Breaks security-relevant lines one at a time, and asks whether a test notices."""
