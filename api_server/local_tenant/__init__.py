"""The bundled OpenID Provider: a whole tenant on one machine, for trying sign-ins out.

Not for production: it binds to loopback only, and the passwords of its people are public.

Imports go down: app > endpoints > pages > records > settings, redirect_uri, errors. Of the rest
of `api_server` it uses `serving`, `web_origin` and `bearer`.
"""
