"""The AsyncAPI 3 document of all events: a channel for each type, as its routing key on the exchange of events."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from libs.contracts.envelope import CONTENT_TYPE, SCHEMA_VERSION
from libs.contracts.event import Event, meaning_of
from libs.contracts.publishers import PUBLISHERS
from libs.contracts.schema import ENVELOPE, Schema, schemas_of

ASYNCAPI: Final = "3.0.0"
EXCHANGE: Final = "crm.events"
_BINDING: Final = "0.3.0"
_PERSISTENT: Final = 2

Json = dict[str, Any]
Samples = Mapping[str, Json]
"""By type, a whole event of it."""


def document(samples: Samples) -> Json:
    """What every publisher announces; `samples` become the examples."""
    events = [event for announced in PUBLISHERS.values() for event in announced]
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Tandem CRM: events",
            "version": f"{SCHEMA_VERSION.removeprefix('v')}.0.0",
            "description": "Whatever changes a record announces it, as a CloudEvent 1.0 in structured JSON mode. "
            "Expect it late, twice and in any order. Members may be added; ignore what you do not know.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _BROKER},
        "channels": {event.type: _channel(event) for event in events},
        "operations": {event.type: _operation(event) for event in events},
        "components": {
            "schemas": dict(_schemas()),
            "messages": {event.type: _message(event, samples[event.type]) for event in events},
            "securitySchemes": {"user": {"type": "userPassword"}},
            "channelBindings": {"events": {"amqp": _CHANNEL}},
            "operationBindings": {"events": {"amqp": _OPERATION}},
        },
    }


_BROKER: Final[Json] = {
    "host": "{host}:5672",
    "pathname": "/{vhost}",
    "protocol": "amqp",
    "protocolVersion": "0.9.1",
    "description": "A queue of one's own, bound to the types one wants. The feed and the live stream bring the same.",
    "variables": {
        "host": {"default": "localhost", "description": "Where RabbitMQ answers."},
        "vhost": {"default": "tandem", "description": "The virtual host of the installation."},
    },
    "security": [{"$ref": "#/components/securitySchemes/user"}],
}
_CHANNEL: Final[Json] = {
    "is": "routingKey",
    "exchange": {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
    "bindingVersion": _BINDING,
}
_OPERATION: Final[Json] = {"deliveryMode": _PERSISTENT, "timestamp": False, "ack": True, "bindingVersion": _BINDING}


def _channel(event: type[Event[Any]]) -> Json:
    return {
        "address": event.type,
        "messages": {"event": {"$ref": f"#/components/messages/{event.type}"}},
        "bindings": {"$ref": "#/components/channelBindings/events"},
    }


def _operation(event: type[Event[Any]]) -> Json:
    channel = f"#/channels/{event.type}"
    return {
        "action": "send",
        "summary": meaning_of(event),
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/event"}],
        "bindings": {"$ref": "#/components/operationBindings/events"},
    }


def _message(event: type[Event[Any]], sample: Json) -> Json:
    told = {"type": {"const": event.type}, "data": {"$ref": f"#/components/schemas/{event.type}"}}
    return {
        "name": event.type,
        "title": event.__name__,
        "summary": meaning_of(event),
        "contentType": CONTENT_TYPE,
        "correlationId": {"location": "$message.payload#/correlationid"},
        "payload": {"allOf": [{"$ref": "#/components/schemas/Envelope"}, {"type": "object", "properties": told}]},
        "bindings": {"amqp": {"messageType": event.type, "bindingVersion": _BINDING}},
        "examples": [{"name": "sample", "payload": sample}],
    }


def _schemas() -> Iterator[tuple[str, Schema]]:
    """The kept schemas under one roof: definitions that a publisher shares among its events bear its name."""
    yield "Envelope", {name: each for name, each in ENVELOPE.items() if not name.startswith("$")}
    for publisher, events in PUBLISHERS.items():
        definitions: Mapping[str, Schema] = schemas_of(publisher, events)["$defs"]
        names = {name: name if "." in name else f"{publisher}.{name}" for name in definitions}
        for name, schema in definitions.items():
            yield names[name], _moved(schema, names)


def _moved(schema: Any, names: Mapping[str, str]) -> Any:
    """The schema with its references leading to where the definitions are now."""
    match schema:
        case {"$ref": str(target), **rest}:
            return {"$ref": f"#/components/schemas/{names[target.rpartition('/')[2]]}", **rest}
        case Mapping():
            return {name: _moved(each, names) for name, each in schema.items()}
        case list():
            return [_moved(each, names) for each in schema]
        case _:
            return schema
