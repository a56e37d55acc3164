"""The connection to MongoDB and the types that stand for it elsewhere."""

from decimal import Decimal
from typing import Any, Final, TypeAlias

from bson.codec_options import CodecOptions, TypeEncoder, TypeRegistry
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorCommandCursor,
    AsyncIOMotorCursor,
    AsyncIOMotorDatabase,
)
from pymongo import ReadPreference, WriteConcern
from pymongo.read_concern import ReadConcern

Document: TypeAlias = dict[str, Any]
Client: TypeAlias = "AsyncIOMotorClient[Document]"
Database: TypeAlias = "AsyncIOMotorDatabase[Document]"
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
Cursor: TypeAlias = "AsyncIOMotorCursor[Document]"
Groups: TypeAlias = "AsyncIOMotorCommandCursor[Document]"
Session: TypeAlias = AsyncIOMotorClientSession

DURABLE: Final = WriteConcern(w="majority", j=True)


class _DecimalEncoder(TypeEncoder):
    """One way only: a decoder would be asked about every value read, which makes reading three times slower."""

    python_type = Decimal

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)


CODEC: Final[CodecOptions[Document]] = CodecOptions(tz_aware=True, type_registry=TypeRegistry([_DecimalEncoder()]))

FOR_JSON: Final[CodecOptions[Document]] = CODEC.with_options(tz_aware=False)
"""For what is read to become JSON and nothing else: giving each time its zone takes as long as all other values."""

RAW: Final[CodecOptions[RawBSONDocument]] = CodecOptions(document_class=RawBSONDocument)
"""For documents that pass through unread."""


_EXPONENT_BIAS: Final = 6176
_COEFFICIENT: Final = (1 << 113) - 1
_EXACT_WITHIN: Final = 10**28


def to_decimal(number: Decimal128) -> Decimal:
    """The number, exactly. The driver's own way takes twenty times as long; it is left what is not an ordinary amount.

    IEEE 754-2008, binary integer decimal: a sign bit, 14 bits of biased exponent, 113 bits of coefficient.
    """
    bits = int.from_bytes(number.bid, "little")
    coefficient = bits & _COEFFICIENT
    if bits >> 125 & 3 == 3 or coefficient >= _EXACT_WITHIN:
        return number.to_decimal()
    exact = Decimal(coefficient).scaleb((bits >> 113 & 0x3FFF) - _EXPONENT_BIAS)
    return exact.copy_negate() if bits >> 127 else exact


def with_decimals(value: Any) -> Any:
    """A value as it was read, its exact numbers as Decimals again."""
    if isinstance(value, Decimal128):
        return to_decimal(value)
    if isinstance(value, dict):
        return {name: with_decimals(each) for name, each in value.items()}
    if isinstance(value, list):
        return [with_decimals(each) for each in value]
    return value


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
