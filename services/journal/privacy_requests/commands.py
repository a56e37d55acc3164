"""What people do with privacy requests, and what follows from the answers of services."""

from libs.contracts.privacy import PrivacyTaskSnapshot
from libs.domain.record import Draft
from libs.store.changes import Announcement
from libs.store.work import UnitOfWork
from services.journal.privacy_requests import model
from services.journal.privacy_requests.model import PrivacyRequest


async def open_request(work: UnitOfWork, draft: Draft) -> PrivacyRequest:
    """Asks every service what it has of the person; nothing is done yet."""
    request = model.opened(PrivacyRequest.drafted(draft, id=work.new_id()))
    created, announced = (f"{request.aggregate}.{verb}" for verb in ("created", "announced"))
    return work.add(request, Announcement(created), Announcement(announced))


async def start_request(work: UnitOfWork, request_id: str) -> PrivacyRequest:
    request, happened = model.start(await work.get_target(PrivacyRequest, request_id), at=work.now)
    return work.save(request, *happened)


async def note_answer(work: UnitOfWork, service: str, answer: PrivacyTaskSnapshot) -> None:
    """An answer to a request that is gone is nobody's."""
    request = await work.first(PrivacyRequest, {"_id": answer.request_id})
    if request is None:
        return
    known, happened = model.answered(request, service, answer, at=work.now)
    if happened and known.is_erased:
        work.erase(known, *happened)
    elif happened:
        work.save(known, *happened)
