"""Some changes would let whoever makes them do everything, so no role but the administrator's allows them."""

from libs.domain.refusals import Forbidden
from libs.store.work import UnitOfWork


def require_administrator(work: UnitOfWork, what: str) -> None:
    """Raises `Forbidden`."""
    if not work.context.grants.everything:
        raise Forbidden(f"Only administrators {what}.")


def require_standing(work: UnitOfWork, *, administers: bool) -> None:
    """Nobody changes a user who `administers`, or signs in as them, who is no administrator."""
    if administers:
        require_administrator(work, "change administrators")
