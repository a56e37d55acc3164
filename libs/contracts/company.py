"""What the sales service announces of who sends its documents."""

from datetime import datetime
from typing import Any, Final

from libs.contracts.catalogue import CatalogueState
from libs.contracts.event import Event, Snapshot
from libs.contracts.values import Language


class CompanyProfileSnapshot(Snapshot):
    state: CatalogueState
    name: str
    language: Language
    created_at: datetime | None = None


class CompanyProfileCreated(Event[CompanyProfileSnapshot], type="sales.company_profile.created"):
    pass


class CompanyProfileUpdated(Event[CompanyProfileSnapshot], type="sales.company_profile.updated"):
    pass


class CompanyProfileDeleted(Event[CompanyProfileSnapshot], type="sales.company_profile.deleted"):
    pass


class CompanyProfileRestored(Event[CompanyProfileSnapshot], type="sales.company_profile.restored"):
    pass


class CompanyProfileAssigned(Event[CompanyProfileSnapshot], type="sales.company_profile.assigned"):
    pass


class CompanyProfileActivated(Event[CompanyProfileSnapshot], type="sales.company_profile.activated"):
    pass


class CompanyProfileDeactivated(Event[CompanyProfileSnapshot], type="sales.company_profile.deactivated"):
    pass


EVENTS: Final[tuple[type[Event[Any]], ...]] = (
    CompanyProfileCreated,
    CompanyProfileUpdated,
    CompanyProfileDeleted,
    CompanyProfileRestored,
    CompanyProfileAssigned,
    CompanyProfileActivated,
    CompanyProfileDeactivated,
)
