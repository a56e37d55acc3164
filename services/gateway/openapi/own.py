"""What the gateway itself answers, as an OpenAPI document like those of the services."""

from services.gateway.openapi.merge import Json
from services.gateway.work_areas.routes import DOCUMENTATION, PATH, SCHEMAS

OWN: Json = {
    "tags": [{"name": "work_areas", "description": "What front ends show as navigation."}],
    "paths": {PATH: DOCUMENTATION},
    "components": {"schemas": SCHEMAS},
}
INFO: Json = {
    "title": "Tandem CRM",
    "version": "1.0.0",
    "description": "The API of all services, merged. Sign in by POST /api/v1/auth/token, or send X-API-Key.",
}
