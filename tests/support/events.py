"""Events of other services, made by hand."""

from datetime import UTC, datetime
from typing import Any

from libs.contracts.envelope import Envelope
from libs.store.ids import new_id


def envelope(type_: str, collection: str, record: dict[str, Any], *, sequence: int = 1, **data: Any) -> Envelope:
    """An event of `type_` about a record; the record's id is made up where it has none."""
    record = {"id": new_id(), "version": sequence, **record}
    return Envelope(
        id=new_id(),
        source=f"/crm/{type_.partition('.')[0]}",
        type=type_,
        subject=f"{collection}/{record['id']}",
        time=datetime.now(UTC),
        epoch=1,
        sequence=sequence,
        correlationid=new_id(),
        causationid=None,
        actorid="user-1",
        via="ui",
        traceparent=None,
        data={"record": record, "access": {"owner": "user-1", "teams": [], "shares": []}, **data},
    )
