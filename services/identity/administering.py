"""Some changes would let whoever makes them do everything, so no role but the administrator's allows them."""

from libs.domain.refusals import Forbidden
from libs.store.work import UnitOfWork


def require_administrator(work: UnitOfWork, what: str) -> None:
    """Raises `Forbidden`."""
    if not work.context.grants.everything:
        raise Forbidden(f"Only administrators {what}.")


def require_standing(work: UnitOfWork, *, administrator: bool) -> None:
    """Nobody changes an `administrator`, shut out or not, or signs in as them, who is none."""
    if administrator:
        require_administrator(work, "change administrators")
