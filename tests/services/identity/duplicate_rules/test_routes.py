"""Duplicate rules as administrators make them."""

from typing import Any

from services.identity.duplicate_rules.first import RULES, make_default_rules
from tests.services.identity.running import Heard, Identity
from tests.support.waiting import eventually

RULE: dict[str, Any] = {
    "of": "cases",
    "name": "Same title",
    "conditions": [{"fields": ["title"], "match": "folded"}],
}


async def test_an_administrator_makes_a_rule_that_everybody_hears_of(identity: Identity, heard: Heard) -> None:
    admin = await identity.admin()

    status, rule = await identity.post("/api/v1/duplicate_rules", RULE, token=admin)

    assert (status, rule["on_create"], rule["overridable"]) == (201, "warn", True)
    await heard.eventually("identity.duplicate_rule.created", rule["id"])


async def test_every_service_is_told_of_the_rules(identity: Identity) -> None:
    admin = await identity.admin()
    _, rule = await identity.post("/api/v1/duplicate_rules", RULE, token=admin)

    _, directory = await identity.get("/internal/directory")

    told = {each["id"]: each for each in directory["duplicate_rules"]}
    assert told[rule["id"]]["conditions"][0]["fields"] == ["title"]


async def test_a_fresh_installation_has_rules_and_keeps_what_is_made_of_them(identity: Identity) -> None:
    admin = await identity.admin()
    await identity.post("/api/v1/duplicate_rules/leads_phone/deactivate", token=admin)

    await make_default_rules(identity.store)

    _, page = await identity.get("/api/v1/duplicate_rules?$top=1000", token=admin)
    rules = {rule["id"]: rule["state"] for rule in page["value"]}
    assert {rule.id for rule in RULES} <= rules.keys()
    assert rules["leads_phone"] == "inactive"


async def test_only_administrators_make_rules(identity: Identity) -> None:
    admin = await identity.admin()
    user = await identity.user(admin, "sales_manager")
    token = (await identity.sign_in(user["username"]))["access_token"]

    async def may_list() -> bool:
        return (await identity.get("/api/v1/duplicate_rules", token=token))[0] == 200

    await eventually(may_list)
    assert (await identity.post("/api/v1/duplicate_rules", RULE, token=token))[0] == 403
    assert (await identity.post("/api/v1/duplicate_rules/leads_email/deactivate", token=token))[0] == 403


async def test_a_rule_names_only_fields_that_there_are(identity: Identity) -> None:
    admin = await identity.admin()
    field = {"of": "cases", "name": "contract_number", "type": "text", "label": "Contract"}
    conditions = [{"fields": ["title", "custom/contract_number", "titel"], "match": "exact"}]

    _, before = await identity.post("/api/v1/duplicate_rules", {**RULE, "conditions": conditions}, token=admin)
    await identity.post("/api/v1/custom_fields", field, token=admin)
    status, problem = await identity.post("/api/v1/duplicate_rules", {**RULE, "conditions": conditions}, token=admin)
    _, rule = await identity.post("/api/v1/duplicate_rules", RULE, token=admin)
    path, patch = f"/api/v1/duplicate_rules/{rule['id']}", {"conditions": conditions}
    changed = await identity.request("PATCH", path, patch, token=admin)

    assert [each["pointer"] for each in before["errors"]] == ["/conditions/0/fields/1", "/conditions/0/fields/2"]
    assert (status, [each["pointer"] for each in problem["errors"]]) == (422, ["/conditions/0/fields/2"])
    assert (changed[0], changed[1]["errors"]) == (422, problem["errors"])
