"""A record that consumers make in tests."""

from __future__ import annotations

from libs.domain.record import Record


class Customer(Record, collection="customers", aggregate="sales.customer"):
    name: str
