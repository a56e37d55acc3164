"""By which channels a person may be approached, and the proof of it: what they said, when, where, to which wording."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Final, TypeVar

from pydantic import Field

from libs.contracts.consent import Consent, ConsentChannel, ConsentProof, ConsentStatus, agreed
from libs.contracts.customers import ContactConsentChanged, ContactUpdated
from libs.contracts.sales import LeadConsentChanged, LeadUpdated
from libs.contracts.values import Moment, Value
from libs.domain.fields import GUARDED
from libs.domain.record import Record
from libs.domain.refusals import InvalidFields

MOST_PROOFS: Final = 200
"""Proofs that a record keeps; the oldest go first, and stay in its history."""

_MEANS: Final = {ConsentStatus.GIVEN: True, ConsentStatus.REFUSED: False, ConsentStatus.UNSAID: None}
_SAYS: Final = {means: status for status, means in _MEANS.items()}

Proofs = tuple[ConsentProof, ...]


class RecordConsent(Value):
    """What somebody said about a channel; now, unless `at` says when."""

    channel: ConsentChannel
    status: ConsentStatus
    at: Moment | None = None
    source: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    wording: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None

    def proof(self, *, now: datetime, by: str | None) -> ConsentProof:
        """Raises `InvalidFields` for what has not been said yet."""
        if self.at is not None and self.at > now:
            raise InvalidFields.at("/at", "in_future", "must not lie in the future")
        return ConsentProof(**{**self.__dict__, "at": self.at or now}, recorded_by=by)


class Consenting(Record):
    """Somebody who may be approached, or not. `consent_proofs` lie in the order of their time."""

    consent: Consent | None = None
    consent_proofs: Annotated[Proofs, GUARDED] = ()


H = TypeVar("H", bound=Consenting)


def proven(holder: H, proof: ConsentProof) -> H:
    """The holder once they have said this. Of what they said of a channel the latest counts, not the last recorded."""
    proofs = _in_order((*holder.consent_proofs, proof))
    latest = [each for each in proofs if each.channel is proof.channel][-1]
    consent = (holder.consent or Consent()).model_copy(update={proof.channel.value: _MEANS[latest.status]})
    return holder.model_copy(update={"consent": consent, "consent_proofs": proofs})


def refusing(holder: H, proofs: Proofs) -> H:
    """The holder once these are known; one of the same source about the same channel is known already."""
    known = {(proof.channel, proof.source) for proof in holder.consent_proofs}
    for proof in proofs:
        if (proof.channel, proof.source) not in known:
            holder = proven(holder, proof)
    return holder


def noted(before: Consent | None, holder: H, *, at: datetime, by: str | None) -> H:
    """The holder with a proof of each channel of which their consent says something else than before."""
    proofs = [
        ConsentProof(channel=channel, status=_SAYS[said], at=at, recorded_by=by)
        for channel in ConsentChannel
        if (said := _said(holder.consent, channel)) is not _said(before, channel)
    ]
    return holder.model_copy(update={"consent_proofs": together(holder.consent_proofs, proofs)}) if proofs else holder


def carried(holder: H, consent: Consent | None, proofs: Proofs) -> H:
    """The holder with what the same person said elsewhere: a no, wherever it was said, is one."""
    agreement = {
        "consent": agreed(holder.consent, consent),
        "consent_proofs": together(holder.consent_proofs, proofs),
    }
    return holder.model_copy(update=agreement)


ConsentChanged = LeadConsentChanged | ContactConsentChanged


def changed(before: Consenting, after: Consenting) -> ConsentChanged:
    """The event of what was said between the two."""
    said = tuple(each for each in after.consent_proofs if each not in before.consent_proofs)
    return LeadConsentChanged(said=said) if after.collection == "leads" else ContactConsentChanged(said=said)


def announced(before: H | None, after: H | None) -> tuple[LeadUpdated | ContactUpdated | ConsentChanged, ...]:
    """What a change of the record is announced as; nothing where the consent is no part of it."""
    if before is None or after is None or before.consent_proofs == after.consent_proofs:
        return ()
    return LeadUpdated() if after.collection == "leads" else ContactUpdated(), changed(before, after)


def together(known: Proofs, further: Iterable[ConsentProof]) -> Proofs:
    return _in_order(dict.fromkeys((*known, *further)))


def _in_order(proofs: Iterable[ConsentProof]) -> Proofs:
    return tuple(sorted(proofs, key=lambda proof: proof.at))[-MOST_PROOFS:]


def _said(consent: Consent | None, channel: ConsentChannel) -> bool | None:
    return None if consent is None else getattr(consent, channel)
