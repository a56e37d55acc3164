"""Invitations and forgotten passwords: by mail to a real SMTP server, or a link that the administrator gives."""

import asyncio
import re
from typing import Any

from services.identity.password_links.store import COLLECTION
from tests.services.identity.running import PASSWORD, Heard, Identity
from tests.support.mailbox import Mailbox

NEW_PASSWORD = "rote Rosen im Juni"
LINK = re.compile(r"https://crm\.example/choose_password#([\w-]+)")


async def given_user(identity: Identity, email: str | None = "ana@example.org", *roles: str) -> dict[str, Any]:
    admin = await identity.admin()
    user = await identity.user(admin, *(roles or ("salesperson",)))
    _, patched = await identity.request("PATCH", f"/api/v1/users/{user['id']}", {"email": email}, token=admin)
    return dict(patched)


def secret_in(text: str) -> str:
    found = LINK.search(text)
    assert found, text
    return found[1]


async def choose(identity: Identity, secret: str, password: str = NEW_PASSWORD) -> tuple[int, Any]:
    return await identity.post("/api/v1/auth/choose_password", {"token": secret, "password": password})


async def test_who_is_invited_gets_a_link_by_mail_that_works_once(
    writing: Identity, mailbox: Mailbox, heard: Heard
) -> None:
    user = await given_user(writing)
    old = await writing.sign_in(user["username"])

    status, made = await writing.post(f"/api/v1/users/{user['id']}/invite", token=await writing.admin())
    mail = await mailbox.first()
    secret = secret_in(mail.get_content())

    assert (status, made["sent_to"], made["link"]) == (200, "ana@example.org", None)
    assert (mail["From"], mail["To"]) == ("crm@example.org", "ana@example.org")
    assert (await choose(writing, secret))[0] == 204
    assert (await writing.try_to_sign_in(user["username"], NEW_PASSWORD))[0] == 200
    assert (await writing.try_to_sign_in(user["username"], PASSWORD))[0] == 401
    assert (await writing.post("/api/v1/auth/refresh", {"refresh_token": old["refresh_token"]}))[0] == 401
    status, problem = await choose(writing, secret)
    assert (status, problem["code"]) == (401, "link_not_valid")
    event = await heard.eventually("identity.user.password_link_made", user["id"])
    assert event["data"]["purpose"] == "invitation"
    assert secret not in str(heard.bodies)


async def test_a_weak_password_is_refused_and_the_link_stays_good(writing: Identity, mailbox: Mailbox) -> None:
    user = await given_user(writing)
    await writing.post(f"/api/v1/users/{user['id']}/reset_password", token=await writing.admin())
    secret = secret_in((await mailbox.first()).get_content())

    assert (await choose(writing, secret, "password"))[0] == 422
    assert (await choose(writing, secret))[0] == 204


async def test_two_at_once_use_a_link_once(writing: Identity, mailbox: Mailbox) -> None:
    user = await given_user(writing)
    await writing.post(f"/api/v1/users/{user['id']}/invite", token=await writing.admin())
    secret = secret_in((await mailbox.first()).get_content())

    answers = await asyncio.gather(*(choose(writing, secret, f"{NEW_PASSWORD} {n}") for n in range(4)))

    assert sorted(status for status, _ in answers) == [204, 401, 401, 401]


async def test_who_has_forgotten_the_password_gets_a_link(writing: Identity, mailbox: Mailbox) -> None:
    user = await given_user(writing)

    status, _ = await writing.post("/api/v1/auth/forgot_password", {"username": user["username"].upper()})

    assert status == 204
    assert (await choose(writing, secret_in((await mailbox.first()).get_content())))[0] == 204
    assert await writing.store.collection(COLLECTION).count_documents({}) == 0


async def test_nobody_learns_who_is_a_user_and_nobodys_mailbox_is_filled(writing: Identity, mailbox: Mailbox) -> None:
    for username in ("nobody", (await given_user(writing, None))["username"]):
        answers = [await writing.post("/api/v1/auth/forgot_password", {"username": username}) for _ in range(4)]

        assert [status for status, _ in answers] == [204, 204, 204, 429]
    assert mailbox.mails == []


async def test_mail_that_was_not_taken_is_told(writing: Identity, mailbox: Mailbox) -> None:
    mailbox.refusing = True
    user = await given_user(writing)

    status, problem = await writing.post(f"/api/v1/users/{user['id']}/invite", token=await writing.admin())

    assert (status, problem["code"]) == (503, "unavailable")


async def test_a_user_without_mail_address_is_given_the_link(writing: Identity) -> None:
    user = await given_user(writing, None)

    _, made = await writing.post(f"/api/v1/users/{user['id']}/invite", token=await writing.admin())

    assert made["sent_to"] is None
    assert (await choose(writing, secret_in(made["link"])))[0] == 204


async def test_without_a_mail_server_administrators_give_links(identity: Identity) -> None:
    user = await given_user(identity)

    status, made = await identity.post(f"/api/v1/users/{user['id']}/reset_password", token=await identity.admin())
    refused, problem = await identity.post("/api/v1/auth/forgot_password", {"username": user["username"]})

    assert (status, made["sent_to"]) == (200, None)
    assert (refused, problem["code"]) == (409, "mail_not_set_up")
    assert (await choose(identity, made["link"].partition("#")[2]))[0] == 204


async def test_a_new_password_ends_older_links(identity: Identity) -> None:
    user, admin = await given_user(identity), await identity.admin()
    path = f"/api/v1/users/{user['id']}"
    _, made = await identity.post(f"{path}/invite", token=admin)

    await identity.post(f"{path}/set_password", {"password": NEW_PASSWORD}, token=admin)

    assert (await choose(identity, made["link"].partition("#")[2]))[0] == 401


async def test_links_are_made_by_who_may_write_users(identity: Identity) -> None:
    user = await given_user(identity)
    token = (await identity.sign_in(user["username"]))["access_token"]

    assert (await identity.post(f"/api/v1/users/{user['id']}/invite", token=token))[0] == 403
