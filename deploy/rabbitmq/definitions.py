"""RabbitMQ's definitions: its users, what each may do, and how much is kept of what nobody wanted.

Every service has a user of its own name, which publishes the service's own event types, hears everything, and declares
only its own exchanges and queues. What all share is here before them, and the journal alone looks after it: it reads
what no queue wanted, and announces that once more whatever its type. The operator's user may do everything.
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
UNROUTED = "crm.unrouted"
KEEPER = "journal"
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
        "exchanges": [exchange for host in hosts for exchange in _exchanges(host)],
        "queues": [_unrouted_queue(host) for host in hosts],
        "bindings": [_unrouted_binding(host) for host in hosts],
    }


def _user(name: str, password: str) -> Entry:
    return {
        "name": name,
        "password_hash": hash_password(password),
        "tags": "administrator" if name == OPERATOR else "",
    }


def _permission(user: str, virtual_host: str) -> Entry:
    if user == OPERATOR:
        return {"user": user, "vhost": virtual_host, "configure": ".*", "write": ".*", "read": ".*"}
    own, common = rf"{user}\..*", [re.escape(name) for name in (EVENTS, UNROUTED)]
    used = _one_of(own, *common) if user == KEEPER else _one_of(own, common[0])
    return {
        "user": user,
        "vhost": virtual_host,
        "configure": used if user == KEEPER else _one_of(own),
        "write": used,
        "read": used,
    }


def _one_of(*expressions: str) -> str:
    return f"^({'|'.join(expressions)})$"


def _topic_permissions(users: Iterable[str], virtual_hosts: Iterable[str]) -> Iterator[Entry]:
    for host in virtual_hosts:
        for user in users:
            if user != OPERATOR:
                types = ".*" if user == KEEPER else rf"^{user}\."
                yield {"user": user, "vhost": host, "exchange": EVENTS, "write": types, "read": ".*"}


def _exchanges(virtual_host: str) -> Iterator[Entry]:
    """Those that services find there, as the topology of the bus has them."""
    for name, kind, arguments in (UNROUTED, "fanout", {}), (EVENTS, "topic", {"alternate-exchange": UNROUTED}):
        flags = {"durable": True, "auto_delete": False, "internal": False}
        yield {"vhost": virtual_host, "name": name, "type": kind, "arguments": arguments, **flags}


def _unrouted_queue(virtual_host: str) -> Entry:
    """With the limit that stands for none (ADR 0031)."""
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}
    return {"vhost": virtual_host, "name": UNROUTED, "durable": True, "auto_delete": False, "arguments": arguments}


def _unrouted_binding(virtual_host: str) -> Entry:
    target = {"destination": UNROUTED, "destination_type": "queue", "routing_key": "", "arguments": {}}
    return {"vhost": virtual_host, "source": UNROUTED, **target}


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
