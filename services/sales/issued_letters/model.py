"""How long what was issued has to be kept."""

from typing import Final

from libs.domain.personal import Retention

BOOKS: Final = Retention(since="issued_at", years=10)
"""The longest time for which tax law in Europe usually wants invoices kept; a request for erasure has to wait for it
(GDPR, article 17 (3) b).
"""
