"""The connection to MongoDB and the types that stand for it elsewhere."""

from decimal import Decimal
from typing import Any, Final, TypeAlias

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Session: TypeAlias = AsyncIOMotorClientSession

DURABLE: Final = WriteConcern(w="majority", j=True)


class _DecimalCodec(TypeCodec):
    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


CODEC: Final[CodecOptions[Document]] = CodecOptions(
    tz_aware=True, type_registry=TypeRegistry([_DecimalCodec()])
)


def connect(url: str, *, timeout_ms: int) -> Client:
    """A client whose every operation ends within `timeout_ms`. It connects when first used."""
    return AsyncIOMotorClient(
        url,
        tz_aware=True,
        timeoutMS=timeout_ms,
        serverSelectionTimeoutMS=timeout_ms,
        maxPoolSize=64,
        appname="tandem",
    )


def database(client: Client, name: str) -> Database:
    return client.get_database(
        name,
        codec_options=CODEC,
        write_concern=DURABLE,
        read_concern=ReadConcern("majority"),
        read_preference=ReadPreference.PRIMARY,
    )
