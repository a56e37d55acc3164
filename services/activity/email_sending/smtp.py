"""One e-mail to the mail server, and what it says about each recipient."""

from contextlib import suppress

import aiosmtplib

from libs.domain.refusals import Unavailable
from libs.web.mailing import MailServer
from services.activity.email_sending.composing import Letter
from services.activity.email_sending.model import Reply

_TAKEN = Reply(250, "")
_NOT_WRITABLE = Reply(553, "the address cannot be written in SMTP")


async def post(server: MailServer, letter: Letter) -> dict[str, Reply]:
    """Raises `Unavailable` where the server did not come to decide: the mail may have been taken nonetheless."""
    client = server.client()
    try:
        await client.connect()
        return await _said(client, letter)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unavailable(f"the mail server did not decide: {type(error).__name__}") from error
    finally:
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit()
        client.close()


async def _said(client: aiosmtplib.SMTP, letter: Letter) -> dict[str, Reply]:
    try:
        refused, _ = await client.sendmail(letter.sender, letter.recipients, letter.raw)
    except aiosmtplib.SMTPRecipientsRefused as error:
        return {each.recipient: Reply(each.code, each.message) for each in error.recipients}
    except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
        return dict.fromkeys(letter.recipients, Reply(error.code, error.message))
    except ValueError:
        return dict.fromkeys(letter.recipients, _NOT_WRITABLE)
    replies = {address: Reply(code, text) for address, (code, text) in refused.items()}
    return {address: replies.get(address, _TAKEN) for address in letter.recipients}
