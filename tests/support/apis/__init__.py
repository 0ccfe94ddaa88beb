"""The API under test; an API that answers as a test writes it; a proxy before one."""
