"""What a client sends as a new record, checked as a whole before anything is looked up or written."""

from libs.contracts.collections import CUSTOM
from libs.domain.custom_fields import CustomFields
from libs.domain.grants import Grants, paths_in, refuse_closed_fields
from libs.domain.kinds import kind_named
from libs.domain.money import refuse_excess_digits
from libs.domain.record import Draft, Record, draft_of
from libs.web.custom_values import completed
from libs.web.requests import json_of, parse


def drafted(record_type: type[Record], body: bytes, grants: Grants, custom: CustomFields) -> Draft:
    """The draft in a JSON body; raises `Malformed`, `InvalidFields` naming each wrong field, or `FieldReadOnly`."""
    kind = kind_named(record_type, json_of(body or b"{}")) if record_type.kinds else record_type
    draft = parse(body, draft_of(kind))
    given = paths_in(draft.model_fields_set, draft.__dict__.get(CUSTOM))
    refuse_closed_fields(given, grants, record_type.collection)
    refuse_excess_digits(record_type, draft.__dict__)
    return completed(draft, custom)
