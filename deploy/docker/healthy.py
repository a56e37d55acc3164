"""The container's health check: whether the service in it is alive."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

if __name__ == "__main__":
    connection = HTTPConnection("127.0.0.1", int(os.environ["TANDEM_HTTP_PORT"]), timeout=3)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        sys.exit(f"no answer: {error}")
    sys.exit(0 if status == 200 else f"status {status}")
