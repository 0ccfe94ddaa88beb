"""Log lines of the servers: one JSON object each, on stderr."""

import json
import logging
import time
from typing import Final


class JsonLines(logging.Formatter):
    """Write a record as one line of JSON: time, level, logger, message, and the error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; json.dumps escapes every control character (no log forging)."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)


LOGGING: Final[dict[str, object]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "api_server": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""For logging.config: our own lines, and of Granian's only what needs somebody to act.

Granian's access log is off: its lines would hold query strings, which may hold tokens.
"""
