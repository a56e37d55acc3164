"""What the gateway itself answers, as an OpenAPI document like those of the services."""

from services.gateway.openapi.merge import Json
from services.gateway.operations import routes as operations
from services.gateway.overview import routes as overview
from services.gateway.work_areas.routes import DOCUMENTATION, PATH, SCHEMAS

OWN: Json = {
    "tags": [
        {"name": "work_areas", "description": "What front ends show as navigation."},
        {"name": operations.COLLECTION, "description": "What operators look at first."},
    ],
    "paths": {PATH: DOCUMENTATION, operations.PATH: operations.DOCUMENTATION, **overview.DOCUMENTATION},
    "components": {"schemas": {**SCHEMAS, **operations.schemas(), **overview.SCHEMAS}},
}
INFO: Json = {
    "title": "Tandem CRM",
    "version": "1.0.0",
    "description": "The API of all services, merged. Sign in by POST /api/v1/auth/token, or send X-API-Key.",
}
