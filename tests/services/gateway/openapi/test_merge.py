from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from services.gateway.openapi.merge import merge
from services.gateway.openapi.own import INFO, OWN
from services.gateway.operations.routes import schemas


def reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def operation(operation_id: str, schema: Any) -> dict[str, Any]:
    answer = {"description": "ok", "content": {"application/json": {"schema": schema}}}
    return {"get": {"operationId": operation_id, "responses": {"200": answer}}}


def document(collection: str, schemas: dict[str, Any], schema: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": collection, "version": "1"},
        "paths": {
            f"/api/v1/{collection}": operation(f"list_{collection}", reference(schema)),
            "/healthz": operation("healthz", {"type": "string"}),
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


PROBLEM = {"type": "object", "properties": {"code": {"type": "string"}}}
ADDRESS = {"type": "object", "properties": {"city": {"type": "string"}}}
OTHER_ADDRESS = {"type": "object", "properties": {"url": {"type": "string"}}}
PERSON = {"type": "object", "properties": {"address": reference("Address")}}


def merged(**documents: dict[str, Any]) -> dict[str, Any]:
    result = merge(INFO, {"gateway": OWN, **documents}, [])
    OpenAPIV31SpecValidator(result).validate()
    return result


def test_paths_of_all_services_and_of_the_gateway_are_there_and_inner_ones_are_not() -> None:
    result = merged(
        sales=document("leads", {"Lead": PROBLEM}, "Lead"),
        service=document("cases", {"Case": PROBLEM}, "Case"),
    )

    assert list(result["paths"]) == [
        "/api/v1/accounts/{id}/overview",
        "/api/v1/cases",
        "/api/v1/contacts/{id}/overview",
        "/api/v1/leads",
        "/api/v1/operations",
        "/api/v1/work_areas",
    ]
    assert result["paths"]["/api/v1/leads"]["x-services"] == ["sales"]
    assert result["security"] == [{"token": []}]


def test_what_is_equal_is_there_once() -> None:
    result = merged(
        sales=document("leads", {"Problem": PROBLEM}, "Problem"),
        service=document("cases", {"Problem": PROBLEM}, "Problem"),
    )

    assert set(result["components"]["schemas"]) == {"Problem", "WorkAreas", "Overview", *schemas()}


def test_what_differs_keeps_both_meanings_and_references_follow() -> None:
    schemas = {"Address": ADDRESS, "Person": PERSON}
    other = {"Address": OTHER_ADDRESS, "Person": PERSON}

    result = merged(sales=document("leads", schemas, "Person"), marketing=document("campaigns", other, "Person"))

    found = result["components"]["schemas"]
    assert found["Address"] == ADDRESS
    assert found["marketing.Address"] == OTHER_ADDRESS
    assert found["Person"] == PERSON
    assert found["marketing.Person"]["properties"]["address"] == reference("marketing.Address")
    answer = result["paths"]["/api/v1/campaigns"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == reference("marketing.Person")


def test_discriminators_follow_and_a_field_named_mapping_is_left_alone() -> None:
    choice = {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "mapping": {"type": "object"}},
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/Address"}},
    }

    result = merged(
        sales=document("leads", {"Address": ADDRESS}, "Address"),
        marketing=document("campaigns", {"Address": OTHER_ADDRESS, "Choice": choice}, "Choice"),
    )

    found = result["components"]["schemas"]["Choice"]
    assert found["discriminator"]["mapping"] == {"a": "#/components/schemas/marketing.Address"}
    assert found["properties"]["mapping"] == {"type": "object"}


def test_a_path_of_several_services_is_described_once() -> None:
    result = merged(
        sales=document("jobs", {"Job": PROBLEM}, "Job"),
        service=document("jobs", {"Job": PROBLEM}, "Job"),
    )

    assert result["paths"]["/api/v1/jobs"]["x-services"] == ["sales", "service"]


def test_operation_ids_stay_unique() -> None:
    leads = document("leads", {"Lead": PROBLEM}, "Lead")
    cases = document("cases", {"Case": PROBLEM}, "Case")
    cases["paths"]["/api/v1/cases"]["get"]["operationId"] = "list_leads"

    result = merged(sales=leads, service=cases)

    assert result["paths"]["/api/v1/leads"]["get"]["operationId"] == "list_leads"
    assert result["paths"]["/api/v1/cases"]["get"]["operationId"] == "service.list_leads"


def test_a_missing_part_is_named() -> None:
    result = merge(INFO, {"gateway": OWN}, ["sales"])

    assert result["info"]["x-missing"] == ["sales"]  # type: ignore[index]  # parsed JSON


def test_the_documents_given_are_left_as_they_were() -> None:
    sales = document("leads", {"Lead": PROBLEM}, "Lead")
    before = repr(sales)

    merged(sales=sales, service=document("leads", {"Lead": ADDRESS}, "Lead"))

    assert repr(sales) == before
