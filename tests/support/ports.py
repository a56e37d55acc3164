"""Ports for programs that a test starts."""

import random

from deploy.local.ports import PRIVATE_RANGE, is_free


def unused_port() -> int:
    """One that neither outgoing connections nor servers without a wish of their own are given until it is used."""
    return next(port for port in random.sample(PRIVATE_RANGE, 200) if is_free(port))
