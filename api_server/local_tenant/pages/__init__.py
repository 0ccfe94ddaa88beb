"""What the local tenant shows in a browser: HTML and one stylesheet, no JavaScript.

May import records, and what they use, for their types; it reads and changes nothing.
"""
