"""A tenant made of Canaille, all in memory; told in one JSON argument."""

import json
import sys
from wsgiref.simple_server import make_server

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey

TOLD = json.loads(sys.argv[1])

app = create_app(
    {
        "SECRET_KEY": "not a secret: tests only",
        "SERVER_NAME": f"127.0.0.1:{TOLD['port']}",
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {"ENABLE_INTRUDER_LOCKOUT": False},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [RSAKey.generate_key(2048).as_dict(private=True)]},
    }
)

with app.app_context():
    Backend.instance.save(
        models.User(
            user_name="alice",
            formatted_name="Alice",
            family_name="Example",
            emails=["alice@example.com"],
            password="alice-password",
        )
    )
    client = models.Client(
        client_id="doorkey",
        client_name="Doorkey",
        client_uri="https://doorkey.example",
        redirect_uris=[TOLD["redirectUri"]],
        post_logout_redirect_uris=[TOLD["redirectUri"]],
        token_endpoint_auth_method="none",
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        scope=["openid", "profile", "email"],
    )
    Backend.instance.save(client)
    client.audience = [client]
    Backend.instance.save(client)

make_server("127.0.0.1", TOLD["port"], app).serve_forever()
