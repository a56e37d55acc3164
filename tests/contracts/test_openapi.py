"""Each service's description of itself is valid, and names only what the installation knows; nothing is started."""

from functools import cache
from itertools import chain
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from libs.web.access import ROLES
from libs.web.api import Anyone, Route, Rule, SignedIn
from libs.web.openapi import document
from libs.web.service import Service
from services.gateway.openapi.merge import METHODS, merge
from services.gateway.openapi.own import INFO, OWN
from services.gateway.operations.routes import COLLECTION as OPERATIONS
from services.gateway.ownership import BASE, OWNERS, SHARED
from tests.contracts.schemas_in import KEYWORDS, schemas_in
from tests.support.suite import SERVICES

KNOWN = OWNERS.keys() | SHARED | {OPERATIONS}
ROUTES = [
    pytest.param(route, id=f"{service.name}-{route.name}") for service in SERVICES for route in service.all_routes()
]


@cache
def documents() -> dict[str, dict[str, Any]]:
    """By service; made when they are looked at, as every worker collects these tests and one runs them."""
    return {service.name: document(service.name, "1.0", service.all_routes()) for service in SERVICES}


def operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [item[method] for item in described["paths"].values() for method in METHODS & item.keys()]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_document_of_a_service_is_valid(service: Service) -> None:
    described = documents()[service.name]

    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_document_describes_every_route_once(service: Service) -> None:
    described = operations(documents()[service.name])
    ids = [operation["operationId"] for operation in described]

    assert sorted(ids) == sorted({route.name for route in service.all_routes()})
    assert len(ids) == len(service.all_routes())


def test_the_merged_document_is_valid_and_its_operations_have_ids_of_their_own() -> None:
    merged = merge(INFO, {"gateway": OWN, **documents()}, missing=[])
    ids = [operation["operationId"] for operation in operations(merged)]

    assert [error.message for error in OpenAPIV31SpecValidator(merged).iter_errors()] == []
    assert len(ids) == len(set(ids))


def test_schemas_use_words_of_json_schema_alone() -> None:
    """A validator passes over a word that it does not know, and with it what the word was to promise."""
    merged = merge(INFO, {"gateway": OWN, **documents()}, missing=[])
    unknown = {(where, word) for where, schema in schemas_in(merged) for word in schema.keys() - KEYWORDS}

    assert {(where, word) for where, word in unknown if not word.startswith("x-")} == set()


def test_bounds_are_described_where_a_value_may_be_missing_too() -> None:
    schemas = documents()["marketing"]["components"]["schemas"]

    assert schemas["CreateCampaign"]["properties"]["budget"]["anyOf"] == [
        {"type": "number", "minimum": 0},
        {"type": "null"},
    ]


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_has_a_guard_that_names_a_known_collection(route: Route) -> None:
    match route.guard:
        case Rule(collection, _):
            assert collection in KNOWN
        case _:
            assert isinstance(route.guard, Anyone | SignedIn)


@pytest.mark.parametrize("route", ROUTES)
def test_what_changes_something_needs_more_than_a_sign_in_or_is_about_the_caller(route: Route) -> None:
    about_the_caller = (
        "auth/",
        "me/",
        "sessions/",
        "api_keys",
        "events/ticket",
        "saved_views",
        "notifications",
        "notification_settings",
        "calendars/link",
    )
    proven_by_the_path = ("quote_links/{token}/",)
    if route.method != "GET" and not isinstance(route.guard, Rule):
        assert route.path.removeprefix(BASE).startswith((*about_the_caller, *proven_by_the_path))


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_collection_that_a_role_names_is_owned(role: str) -> None:
    assert ROLES[role].keys() - KNOWN == set()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_amounts_are_described_as_the_numbers_they_are(service: Service) -> None:
    schemas = documents()[service.name]["components"]["schemas"].values()
    members = chain.from_iterable(schema.get("properties", {}).items() for schema in schemas)
    amounts = [member for name, member in members if name.endswith(("_value", "_cost", "_revenue")) or name == "budget"]

    assert [each for each in amounts if "string" in str(each)] == []
