"""Answers remembered under an Idempotency-Key, stored with the effect they answer for.

The create of one record keeps the answer in the record's own document (`_request`); every other command keeps it in the
collection `requests`, in its transaction. Either is forgotten after a day. Refusals are not remembered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, Final

from libs.domain.refusals import Refusal
from libs.store.clock import utc_now
from libs.store.errors import answering
from libs.store.mongo import Collection, Database, Document

KEPT: Final = timedelta(hours=24)


class KeyReused(Refusal):
    """The Idempotency-Key came before with another body."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Identifies a request: who asked what under which key, with which body."""

    key: str
    body_hash: str

    @classmethod
    def of(cls, caller: str, route: str, key: str, body: bytes) -> "RequestKey":
        return cls(f"{caller}|{route}|{key}", sha256(body).hexdigest())

    def row(self, number: int) -> "RequestKey":
        """The key of one record of a bulk, so that a repeat resumes where the first was cut."""
        return RequestKey(f"{self.key}#{number}", self.body_hash)

    def remembering(self, answer: Answer, at: datetime) -> Document:
        return {
            "key": self.key,
            "hash": self.body_hash,
            "at": at,
            "status": answer.status,
            "body": answer.body,
            "headers": dict(answer.headers),
        }


class Requests:
    """Looks up remembered answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, request: RequestKey, collection: str | None) -> Answer | None:
        """The answer given before, wherever it lies; raises `KeyReused` where the body differs."""
        found = await self.answers([request], collection)
        return found.get(request.key)

    @answering()
    async def answers(self, requests: Sequence[RequestKey], collection: str | None) -> dict[str, Answer]:
        keys = [request.key for request in requests]
        hashes = {request.key: request.body_hash for request in requests}
        remembered = await self._apart(keys)
        if collection is not None:
            remembered += await self._embedded(self._database[collection], keys)
        for each in remembered:
            if each["hash"] != hashes[each["key"]]:
                raise KeyReused("this Idempotency-Key was used with another body")
        return {each["key"]: Answer(each["status"], each["body"], each["headers"]) for each in remembered}

    async def _apart(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        collection = self._database["requests"]
        found = await collection.find({"_id": {"$in": list(keys)}}).to_list(len(keys))
        if stale := [each["_id"] for each in found if _expired(each)]:
            await collection.delete_many({"_id": {"$in": stale}})
        return [{**each, "key": each["_id"]} for each in found if not _expired(each)]

    async def _embedded(self, collection: Collection, keys: Sequence[str]) -> list[dict[str, Any]]:
        found = await collection.find({"_request.key": {"$in": list(keys)}}, {"_request": 1}).to_list(len(keys))
        if stale := [each["_id"] for each in found if _expired(each["_request"])]:
            await collection.update_many({"_id": {"$in": stale}}, {"$unset": {"_request": ""}})
        return [each["_request"] for each in found if not _expired(each["_request"])]


def _expired(remembered: Mapping[str, Any]) -> bool:
    return bool(remembered["at"] < utc_now() - KEPT)
