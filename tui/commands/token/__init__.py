"""`doorkey token`: an access token that is valid, in the form that whoever asks can take.

The quick way (`quick`, `formats`, `credentials`) loads next to nothing; `command` is the
full one.
"""
