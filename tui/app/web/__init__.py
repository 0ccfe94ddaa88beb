"""The app in a browser: on a page of one's own, behind a guard; on one open to all, not at all."""
