"""What a customer without an account sees and does on the link to a quote."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import pytest

from libs.store.clock import utc_now
from libs.web.executing import STORE
from libs.web.settings import SETTINGS
from tests.services.sales.test_routes import made
from tests.support.services import Running

HOURS = {"description": "Advice <b>& more</b>", "quantity": 4, "unit_price": 120}


class Page(NamedTuple):
    status: int
    text: str
    headers: Mapping[str, str]


class Visitor:
    """Somebody who has the address of a quote and nothing else."""

    def __init__(self, sales: Running, url: str) -> None:
        self._sales = sales
        self.path = url.removeprefix(sales.app[SETTINGS].public_url)

    async def get(self, rest: str = "", **headers: str) -> Page:
        return await self._ask("GET", rest, None, headers)

    async def send(self, action: str, **form: str) -> Page:
        """Sends a form and goes where the answer leads, as browsers do."""
        return await self._ask("POST", f"/{action}", form, {"X-Forwarded-For": "192.0.2.7"})

    async def _ask(self, method: str, rest: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Page:
        url = f"{self._sales.url}{self.path}{rest}"
        async with self._sales.session.request(method, url, data=form, headers=headers) as response:
            return Page(response.status, (await response.read()).decode(errors="replace"), response.headers)


@pytest.fixture
async def path(sales: Running) -> str:
    """The path of an active quote."""
    await made(sales, "company_profiles", {"name": "Dawn Interiors"})
    customer = await made(sales, "accounts", {"name": "Acme", "language": "en-GB"})
    reference = {"collection": "accounts", "id": customer["id"]}
    quote = await made(sales, "quotes", {"name": "Advice", "customer": reference, "lines": [HOURS]})
    await sales.post(f"/api/v1/quotes/{quote['id']}/activate")
    return f"/api/v1/quotes/{quote['id']}"


@pytest.fixture
async def visitor(sales: Running, path: str) -> Visitor:
    return await visiting(sales, path)


async def visiting(sales: Running, path: str) -> Visitor:
    status, link = await sales.post(f"{path}/link", {"days": 7})
    assert status == 200, link
    return Visitor(sales, link["url"])


async def test_the_page_shows_the_quote_and_keeps_it_private(visitor: Visitor) -> None:
    page = await visitor.get()

    assert page.status == 200
    assert '<html lang="en-GB">' in page.text
    assert "£" not in page.text
    assert "€480.00" in page.text
    assert "Advice &lt;b&gt;&amp; more&lt;/b&gt;" in page.text
    assert "<script" not in page.text
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert page.headers["Content-Security-Policy"].startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert (page.headers["Referrer-Policy"], page.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"


async def test_the_pdf_is_downloaded_on_the_link(visitor: Visitor) -> None:
    pdf = await visitor.get("/pdf")

    assert (pdf.status, pdf.headers["Content-Type"], pdf.text[:5]) == (200, "application/pdf", "%PDF-")
    assert (pdf.headers["Cache-Control"], pdf.headers["Referrer-Policy"]) == ("no-store", "no-referrer")


async def test_who_accepts_is_kept_with_what_they_said(sales: Running, path: str, visitor: Visitor) -> None:
    accepted = await visitor.send("accept", name="  Ann Lee ")
    again = await visitor.send("accept", name="Bob")

    _, quote = await sales.get(path)
    assert (accepted.status, again.status) == (200, 200)
    assert "This quote has been accepted. Thank you. (Ann Lee, " in again.text
    assert "<form" not in again.text
    assert quote["state"] == "won"
    evidence = quote["acceptance"]
    assert (evidence["name"], evidence["address"]) == ("Ann Lee", "192.0.2.7")
    assert evidence["wording"] == f"I accept quote {quote['number']} for €480.00, and am entitled to do so."
    assert (await sales.get(f"/api/v1/orders/{quote['order_id']}"))[0] == 200


async def test_two_who_accept_at_once_make_one_order(sales: Running, path: str, visitor: Visitor) -> None:
    pages = await asyncio.gather(*(visitor.send("accept", name=f"Ann {number}") for number in range(4)))

    assert {page.status for page in pages} == {200}
    assert (await sales.get("/api/v1/orders/$count"))[1] == 1
    assert (await sales.get(path))[1]["acceptance"]["name"].startswith("Ann ")


async def test_nobody_accepts_without_a_name(sales: Running, path: str, visitor: Visitor) -> None:
    page = await visitor.send("accept", name="  ")

    assert (page.status, "Please type your name." in page.text) == (422, True)
    assert (await sales.get(path))[1]["state"] == "active"


async def test_who_declines_may_say_why(sales: Running, path: str, visitor: Visitor) -> None:
    page = await visitor.send("decline", reason="Too late")

    _, quote = await sales.get(path)
    assert (page.status, "This quote has been declined." in page.text) == (200, True)
    assert (quote["status_reason"], quote["decline_reason"]) == ("declined", "Too late")
    assert "declined" in (await visitor.send("accept", name="Ann")).text


@pytest.mark.parametrize(("action", "notice"), [("revise", "replaced by a newer one"), ("cancel", "no longer offered")])
async def test_what_is_not_offered_any_more_is_not_shown(
    sales: Running, path: str, visitor: Visitor, action: str, notice: str
) -> None:
    await sales.post(f"{path}/{action}")

    for page in (await visitor.get(), await visitor.get("/pdf"), await visitor.send("accept", name="Ann")):
        assert (page.status, notice in page.text, "480" in page.text) == (200, True, False)
    assert (await sales.post(f"{path}/link"))[1]["code"] == "quote_not_offered"


async def test_a_link_that_was_revoked_or_replaced_leads_nowhere(sales: Running, path: str, visitor: Visitor) -> None:
    second = await visiting(sales, path)
    replaced, shown = await visitor.get(), await second.get()
    await sales.post(f"{path}/revoke_link")
    revoked, refused = await second.get(), await second.send("accept", name="Ann")

    assert [page.status for page in (replaced, shown, revoked, refused)] == [404, 200, 404, 404]
    assert "This link is not valid." in revoked.text
    assert (await sales.get(path))[1]["state"] == "active"


async def test_a_link_that_is_too_old_says_so_in_the_words_of_the_browser(
    sales: Running, path: str, visitor: Visitor
) -> None:
    quotes = sales.app[STORE].collection("quotes")
    ended = utc_now() - timedelta(seconds=1)
    _, quote = await sales.get(path)
    await quotes.update_one({"_id": quote["id"]}, {"$set": {"link.expires_at": ended}})

    page = await visitor.get(**{"Accept-Language": "de-DE,de;q=0.9"})

    assert (page.status, "nicht gültig" in page.text) == (404, True), "the end is signed as well"


@pytest.mark.parametrize("token", ["nothing", "0192f000-0000-7000-8000-000000000000.x", "%2e%2e.x", "a.b.c", "%00"])
async def test_a_forged_link_is_a_page_that_tells_nothing(sales: Running, visitor: Visitor, token: str) -> None:
    visitor.path = f"/api/v1/quote_links/{token}"

    page = await visitor.get()

    assert (page.status, "This link is not valid." in page.text) == (404, True)


async def test_a_form_that_is_too_large_is_refused(visitor: Visitor) -> None:
    assert (await visitor.send("accept", name="x" * 20_000)).status == 413


async def test_a_link_is_made_by_whoever_may_change_the_quote(sales: Running, path: str) -> None:
    body: dict[str, Any] = {"days": 366}

    assert (await sales.post(f"{path}/link", roles=("read_only",)))[0] == 403
    assert (await sales.post(f"{path}/link", body))[1]["errors"][0]["pointer"] == "/days"
    assert (await sales.get(path))[1]["link"] is None
