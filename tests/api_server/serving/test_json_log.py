"""Lines of the servers' log."""

import json
import logging
import sys

from api_server.serving.json_log import JsonLines


def test_error_and_its_traceback_are_one_line_of_json() -> None:
    try:
        raise ValueError("no luck\n{}")
    except ValueError:
        record = logging.LogRecord(
            "api", logging.ERROR, "", 0, "broken: %s", ("x",), sys.exc_info()
        )
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("error", "api", "broken: x")
    assert said["error"].endswith("ValueError: no luck\n{}")
