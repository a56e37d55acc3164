"""What the other services need of roles, teams, users, custom fields and duplicate rules."""

from libs.domain.directory import CustomFieldEntry, DirectoryDocument, DuplicateRuleEntry
from libs.domain.record import Record
from libs.store.errors import answering
from libs.store.store import Document, Store
from services.identity.custom_fields.model import CustomField
from services.identity.duplicate_rules.model import DuplicateRule
from services.identity.roles.model import Role
from services.identity.teams.model import Team
from services.identity.users.model import User


async def read_directory(store: Store) -> DirectoryDocument:
    return DirectoryDocument.model_validate({
        "roles": await _all(store, Role, "permissions", "fields"),
        "teams": await _all(store, Team, "member_ids"),
        "custom_fields": await _all(store, CustomField, *CustomFieldEntry.TERMS),
        "duplicate_rules": await _all(store, DuplicateRule, *DuplicateRuleEntry.TERMS),
        "users": await _all(store, User, "username", "roles"),
    })  # fmt: skip


async def _all(store: Store, record_type: type[Record], *fields: str) -> list[Document]:
    wanted = dict.fromkeys(("version", "state", *fields), 1)
    async with answering():
        documents = await store.collection(record_type.collection).find({"_deleted": None}, wanted).to_list(None)
    return [{"id": document["_id"], **document} for document in documents]
