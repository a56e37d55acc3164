"""The job that sends a digest: until the mail server takes it, every time under the same id."""

from zoneinfo import ZoneInfo

from libs.domain.refusals import Unavailable
from libs.jobs.jobs import JobKind, job
from libs.jobs.progress import Progress
from libs.store.clock import utc_now
from libs.web.mailing import MailNotSetUp, MailServer
from libs.web.settings import ServiceSettings
from services.activity.digests import store
from services.activity.digests.commands import KIND
from services.activity.digests.model import MOST, Digest, DigestLapsed, text_of


def digests(settings: ServiceSettings) -> JobKind[Digest]:
    server = MailServer.of(settings)

    @job(KIND, Digest)
    async def send(progress: Progress, digest: Digest) -> None:
        """Nothing to somebody without an address, or who has read all of it meanwhile."""
        if server is None:
            raise MailNotSetUp("this installation sends no mail")
        address = await store.address_of(progress.store, digest.user_id)
        found = await store.unread(progress.store, digest.user_id, digest.since, digest.until)
        if address is None or not found:
            return
        zone = ZoneInfo((await store.settings_of(progress.store, digest.user_id)).time_zone)
        number = f"{len(found)}" if len(found) <= MOST else f"More than {MOST}"
        text = text_of(found[:MOST], zone, more=len(found) > MOST)
        try:
            await server.send(address, f"{number} unread in Tandem CRM", text, message_id=digest.message_id)
        except Unavailable as error:
            if digest.has_lapsed(utc_now()):
                raise DigestLapsed(error.detail) from error
            raise

    return send
