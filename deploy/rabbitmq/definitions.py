"""RabbitMQ's definitions: its users, what each may do, and how much is kept of what nobody wanted.

Every service has a user of its own name, which publishes the service's own event types and declares only its own
queues. The operator's user may do everything.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

OPERATOR = "tandem"
VIRTUAL_HOST = "tandem"
EVENTS = "crm.events"
# The default exchange is where retry queues return messages to; declaring one needs the right to write there.
_SHARED = r"crm\.events|crm\.unrouted|amq\.default"

UNROUTED = "crm.unrouted"
MOST_UNROUTED = 256 * 1024 * 1024
"""Bytes; beyond them the oldest events that nobody wanted go."""

Entry: TypeAlias = Mapping[str, object]


def definitions(passwords: Mapping[str, str], virtual_hosts: Iterable[str]) -> Mapping[str, list[Entry]]:
    """For `load_definitions`; `passwords` by user: the operator's, and those of services."""
    hosts = list(virtual_hosts)
    return {
        "users": [_user(name, password) for name, password in passwords.items()],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [_permission(user, host) for host in hosts for user in passwords],
        "topic_permissions": list(_topic_permissions(passwords, hosts)),
        "policies": [_unrouted_policy(host) for host in hosts],
    }


def _user(name: str, password: str) -> Entry:
    return {
        "name": name,
        "password_hash": hash_password(password),
        "tags": "administrator" if name == OPERATOR else "",
    }


def _permission(user: str, virtual_host: str) -> Entry:
    own = ".*" if user == OPERATOR else rf"^({user}\..*|{_SHARED})$"
    return {"user": user, "vhost": virtual_host, "configure": own, "write": own, "read": own}


def _topic_permissions(users: Iterable[str], virtual_hosts: Iterable[str]) -> Iterator[Entry]:
    for host in virtual_hosts:
        for user in users:
            if user != OPERATOR:
                own_types = rf"^{user}\."
                yield {"user": user, "vhost": host, "exchange": EVENTS, "write": own_types, "read": ".*"}


def _unrouted_policy(virtual_host: str) -> Entry:
    """A policy rather than arguments of the queue, so that an operator can change it while the broker runs."""
    return {
        "vhost": virtual_host,
        "name": "unrouted",
        "pattern": f"^{re.escape(UNROUTED)}$",
        "apply-to": "queues",
        "definition": {"max-length-bytes": MOST_UNROUTED, "overflow": "drop-head"},
        "priority": 0,
    }


def hash_password(password: str) -> str:
    """RabbitMQ's `rabbit_password_hashing_sha256`: base64 of four bytes of salt and the digest."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
