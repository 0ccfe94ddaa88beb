"""What the README shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from tests.support.worlds import new_world, running

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(import asyncio.*?)```", README, re.DOTALL)
    with running(new_world(tmp_path)) as world:
        assert world.run("login").returncode == 0
        run = subprocess.run(
            [sys.executable, "-c", example],
            capture_output=True, text=True, check=False,
            env=world.environment | {"DOORKEY_CONFIG": str(world.config.path)},
        )  # fmt: skip
    assert run.stdout == "Your Access Token was successfully validated!\n", run.stderr


async def test_the_bearer_check_in_an_app_of_ones_own_answers_as_it_says() -> None:
    (example,) = re.findall(r"```python\n(from starlette.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)
    transport = httpx.ASGITransport(app=names["app"])
    async with httpx.AsyncClient(transport=transport, base_url="https://api.example") as client:
        nothing = await client.get("/messages")
        garbage = await client.get("/messages", headers={"Authorization": "Bearer garbage"})
    await names["bearer"].aclose()
    assert nothing.status_code == 401
    assert "error" not in nothing.headers["www-authenticate"]
    assert garbage.status_code == 401
    assert 'error="invalid_token"' in garbage.headers["www-authenticate"]
