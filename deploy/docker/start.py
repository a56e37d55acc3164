"""Becomes the service of this image, with its secrets as settings.

A secret is a file named like its variable in /run/tandem/<service>; a variable that is set already wins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from deploy.docker.secrets import SECRETS

if __name__ == "__main__":
    service = os.environ["TANDEM_SERVICE"]
    for secret in Path(SECRETS, service).glob("TANDEM_*"):
        os.environ.setdefault(secret.name, secret.read_text())
    os.execv(sys.executable, [sys.executable, "-m", f"services.{service}"])  # noqa: S606 - becomes it, no shell
