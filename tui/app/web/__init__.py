"""The app in a browser: on a guarded page of one's own; on a page open to all it does not open."""
