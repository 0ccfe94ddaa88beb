"""The bundled OpenID Provider: a whole tenant on one machine, for trying things out.

Not for production. It binds to loopback only, and the passwords of its people are public.
"""
