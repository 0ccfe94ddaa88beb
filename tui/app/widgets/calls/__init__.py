"""The widgets of External API: the request, what came of the calls, why one was refused."""
