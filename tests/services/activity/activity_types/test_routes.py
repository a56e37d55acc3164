"""Types of activity that administrators define, and activities of them, as clients meet them."""

from itertools import count
from typing import Any

import pytest

from tests.support.services import Running

TYPES, PATH = "/api/v1/activity_types", "/api/v1/activities"
NUMBERS = count()
FIELDS: dict[str, Any] = {
    "type": "object",
    "required": ["visitors"],
    "properties": {
        "visitors": {"type": "integer", "minimum": 1},
        "rating": {"type": "string", "enum": ["good", "bad"]},
        "seen": {"type": "string", "format": "date"},
    },
}


async def defined(activity: Running, **changes: Any) -> dict[str, Any]:
    """A type that no other test uses."""
    body = {"name": f"visit_{next(NUMBERS)}", "label": "Site visit", "fields_schema": FIELDS, **changes}
    status, made = await activity.post(TYPES, body)
    assert status == 201, made
    return dict(made)


def visit(activity_type: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "custom", "subject": "Look", "activity_type": activity_type["name"], "fields": fields}


async def test_an_activity_has_the_fields_of_its_type(activity: Running) -> None:
    site_visit = await defined(activity)

    status, made = await activity.post(PATH, visit(site_visit, visitors=3, rating="good"))
    refused, problem = await activity.post(PATH, visit(site_visit, rating="fair", colour="red"))
    _, patched = await activity.patch(f"{PATH}/{made['id']}", {"fields": {"rating": None, "visitors": 4}})
    again, _ = await activity.patch(f"{PATH}/{made['id']}", {"fields": {"visitors": 0}})

    assert (status, made["fields"], patched["fields"]) == (201, {"visitors": 3, "rating": "good"}, {"visitors": 4})
    pointers = {error["pointer"] for error in problem["errors"]}
    assert (refused, pointers, again) == (422, {"/fields/visitors", "/fields/rating", "/fields/colour"}, 422)


async def test_lists_filter_by_such_fields(activity: Running) -> None:
    site_visit = await defined(activity)
    for visitors, rating, seen in ((1, "good", "2026-05-01"), (7, "good", "2026-05-02"), (9, "bad", "2026-05-03")):
        await activity.post(PATH, visit(site_visit, visitors=visitors, rating=rating, seen=seen))

    async def found(condition: str) -> list[int]:
        _, page = await activity.get(f"{PATH}?$filter=activity_type eq '{site_visit['name']}' and {condition}")
        return [each["fields"]["visitors"] for each in page["value"]]

    assert await found("fields/visitors gt 5 and fields/rating eq 'good'") == [7]
    assert await found("fields/seen ge 2026-05-02 and contains(fields/rating, 'a')") == [9]
    assert await found("fields/rating ne 'good'") == [9]
    assert await found("fields/nothing eq null and fields/visitors in (1, 9)") == [1, 9]


@pytest.mark.parametrize("condition", ["fields eq 'x'", "fields/a/b eq 1", "fields/$where eq 1", "fields/a gt null"])
async def test_what_no_field_is_called_is_not_asked_for(activity: Running, condition: str) -> None:
    status, _ = await activity.get(f"{PATH}?$filter={condition}")
    sorted_by, _ = await activity.get(f"{PATH}?$orderby=fields/visitors")

    assert (status, sorted_by) == (422, 422)


async def test_an_activity_of_no_type_that_there_is_is_refused(activity: Running) -> None:
    status, problem = await activity.post(PATH, visit({"name": "nowhere"}, visitors=1))

    assert (status, problem["errors"][0]["pointer"]) == (422, "/activity_type")


async def test_a_type_in_use_is_deactivated_and_not_removed(activity: Running) -> None:
    unused, used = await defined(activity), await defined(activity)
    _, made = await activity.post(PATH, visit(used, visitors=1))

    gone, _ = await activity.delete(f"{TYPES}/{unused['id']}")
    refused, problem = await activity.delete(f"{TYPES}/{used['id']}")
    _, inactive = await activity.post(f"{TYPES}/{used['id']}/deactivate")
    closed, closing = await activity.post(PATH, visit(used, visitors=1))
    _, patched = await activity.patch(f"{PATH}/{made['id']}", {"fields": {"visitors": 2}})

    assert (gone, refused, problem["code"], inactive["state"]) == (204, 409, "activity_type_in_use", "inactive")
    assert (closed, closing["errors"][0]["pointer"], patched["fields"]) == (422, "/activity_type", {"visitors": 2})


async def test_what_is_stored_stays_though_its_type_comes_to_say_otherwise(activity: Running) -> None:
    site_visit = await defined(activity)
    _, made = await activity.post(PATH, visit(site_visit, visitors=1))
    properties = {"visitors": {"type": "integer", "minimum": 5}, "place": {"type": "string"}}
    narrower = {"fields_schema": {**FIELDS, "required": ["place"], "properties": properties}}

    status, _ = await activity.patch(f"{TYPES}/{site_visit['id']}", narrower)
    _, patched = await activity.patch(f"{PATH}/{made['id']}", {"subject": "Look again"})
    completed, _ = await activity.post(f"{PATH}/{made['id']}/complete", {})
    refused, problem = await activity.patch(f"{PATH}/{made['id']}", {"fields": {"place": "Porto"}})

    assert (status, patched["fields"], completed) == (200, {"visitors": 1}, 200)
    assert (refused, problem["errors"][0]["pointer"]) == (422, "/fields/visitors")


async def test_a_name_is_given_once_and_a_schema_must_be_understood(activity: Running) -> None:
    site_visit = await defined(activity)

    twice, _ = await activity.post(TYPES, {"name": site_visit["name"], "label": "Again", "fields_schema": FIELDS})
    renamed, problem = await activity.patch(f"{TYPES}/{site_visit['id']}", {"name": "other", "used": True})
    remote = {"type": "object", "properties": {"a": {"$ref": "https://example.org/a.json"}}}
    refused, wrong = await activity.post(TYPES, {"name": "remote", "label": "Remote", "fields_schema": remote})

    assert (twice, renamed) == (409, 422)
    assert {error["pointer"] for error in wrong["errors"]} == {"/fields_schema/properties/a/type"}
    assert (refused, problem["code"]) == (422, "invalid_fields")
