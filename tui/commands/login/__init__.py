"""`doorkey login`: what it says to people, and to programs."""
