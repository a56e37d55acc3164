"""Privacy requests over HTTP."""

from typing import Final

from libs.domain.grants import Operation
from libs.web.api import Route, Rule
from libs.web.resource import Action, Resource
from services.journal.privacy_requests import commands
from services.journal.privacy_requests.archive import send_archive
from services.journal.privacy_requests.model import PrivacyRequest

RESOURCE: Final = Resource(
    PrivacyRequest,
    create=commands.open_request,
    actions=(Action("start", commands.start_request, "Do what was previewed", None, PrivacyRequest),),
    removable=False,
)

ROUTES: Final = (
    Route(
        "GET",
        f"/api/v1/{PrivacyRequest.collection}/{{id}}/archive",
        send_archive,
        Rule(PrivacyRequest.collection, Operation.READ),
        "The person's data from all services, as a ZIP",
        media=("application/zip",),
    ),
)
