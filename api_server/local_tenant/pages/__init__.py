"""What the tenant shows in a browser: HTML with one stylesheet, and no JavaScript."""
