"""The people of the stories: customers who answer campaigns, and users who work with them."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession

from tests.support.calling import Caller, sign_in

PASSWORD = "seven riders on one bicycle"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Users in any role, made by its administrator."""

    session: ClientSession
    url: str
    admin: Caller

    async def hire(self, *roles: str) -> str:
        """The username of a new user; all have the same password."""
        username = f"user-{uuid4().hex[:12]}"
        user = await self.admin.post("users", {"username": username, "name": "Somebody", "roles": list(roles)})
        await self.admin.post(f"users/{user['id']}/set_password", {"password": PASSWORD})
        return username

    async def tokens(self, username: str) -> dict[str, Any]:
        return await sign_in(self.session, self.url, username, PASSWORD)

    async def signed_in(self, *roles: str) -> Caller:
        """A new user with these roles, who has signed in."""
        tokens = await self.tokens(await self.hire(*roles))
        return Caller(self.session, self.url, tokens["access_token"])


def somebody(**more: Any) -> dict[str, Any]:
    """A person whom nobody knows yet, as a campaign response tells of them."""
    return {"first_name": "Ada", "last_name": "Lovelace", "email": f"ada.{uuid4().hex}@example.org", **more}


def somebody_at_a_company() -> dict[str, Any]:
    return somebody(company_name=f"Analytical Engines {uuid4().hex[:8]}")
