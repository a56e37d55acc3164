"""What people do with consent: record what somebody said, and take it along to what they become."""

from libs.store.work import UnitOfWork
from services.sales.consents import model
from services.sales.consents.model import Consenting, H, RecordConsent


async def record_consent(work: UnitOfWork, record_type: type[H], record_id: str, request: RecordConsent) -> H:
    holder = await work.get_target(record_type, record_id)
    proven = model.proven(holder, request.proof(now=work.now, by=work.context.actor_id))
    return work.save(proven, model.changed(holder, proven))


def carry(work: UnitOfWork, source: Consenting, holder: H) -> None:
    """Gives the holder what the same person said as another record."""
    carried = model.carried(holder, source.consent, source.consent_proofs)
    if carried != holder:
        work.save(carried, *model.announced(holder, carried))
