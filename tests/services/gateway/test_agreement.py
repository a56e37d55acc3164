"""The gateway's tables agree with the routes that the services really have."""

import pytest
from yarl import URL

from libs.web.api import Anyone, Route
from libs.web.service import Service as Described
from services.gateway.ownership import BASE, BUILT, TABLE, Service, collection_of, owner
from services.gateway.public_paths import PUBLIC, TICKETED
from tests.support.suite import SERVICES

ROUTES = [
    pytest.param(service.name, route, id=f"{service.name}-{route.name}")
    for service in SERVICES
    for route in service.all_routes()
    if route.path.startswith(BASE)
]


def example(service: str, route: Route) -> URL:
    path = route.path.replace("{collection}", "leads").replace("{id}", f"{service}-0192")
    return URL(path, encoded=True).with_query({**dict.fromkeys(route.options or (), "1"), "service": service})


@pytest.mark.parametrize(("service", "route"), ROUTES)
def test_every_route_of_a_service_is_routed_to_it(service: str, route: Route) -> None:
    assert owner(example(service, route)) == service


@pytest.mark.parametrize(("service", "route"), ROUTES)
def test_what_asks_for_no_sign_in_is_declared_public_and_nothing_else_is(service: str, route: Route) -> None:
    declared = (route.method, route.path) in PUBLIC | TICKETED

    assert declared == isinstance(route.guard, Anyone)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_collection_is_marked_as_built_when_its_service_serves_it(service: Described) -> None:
    served = {collection_of(route.path) for route in service.all_routes() if route.path.startswith(BASE)}

    assert TABLE[Service(service.name)].built <= served
    assert {resource.record.collection for resource in service.resources} <= BUILT
