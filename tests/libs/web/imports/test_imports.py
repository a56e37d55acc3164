"""From a file to records, and back."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from libs.domain.directory import CustomFieldEntry
from libs.tables.xlsx_writing import XlsxFile
from libs.web.imports import store as imports
from libs.web.imports.settings import LARGEST
from tests.libs.web.imports.hotel import Hotel, counted, csv_file
from tests.support.waiting import eventually

HEADER = ["Surname", "E-Mail", "Nights"]
PEOPLE = csv_file(HEADER, ["Reis", "reis@example.org", 2], ["Matos", "matos@example.org", 3])


def many(count: int, *bad: int) -> str:
    """Rows from 2 on; those named have a number of nights that is none."""
    rows = [[f"Guest {row}", f"g{row}@example.org", "many" if row in bad else 1] for row in range(2, count + 2)]
    return csv_file(HEADER, *rows)


async def test_a_file_is_guessed_checked_run_and_undone(hotel: Hotel) -> None:
    status, sent = await hotel.send(PEOPLE)

    assert status == 201
    assert {field: rule["column"] for field, rule in sent["mapping"]["fields"].items()} == {
        "last_name": "Surname",
        "email": "E-Mail",
        "nights": "Nights",
    }
    assert (sent["state"], sent["rows"], sent["sample"][0]) == ("uploaded", 2, ["Reis", "reis@example.org", "2"])

    checked = await hotel.do(sent["id"], "check")
    assert (checked["state"], counted(checked)) == ("checked", {"created": 2})
    assert await hotel.guests() == []

    run = await hotel.do(sent["id"], "run")
    assert (run["state"], counted(run)) == ("completed", {"created": 2})
    assert await hotel.guests() == ["Reis", "Matos"]

    undone = await hotel.do(sent["id"], "undo")
    assert (undone["state"], counted(undone)) == ("undone", {"created": 2, "removed": 2})
    assert await hotel.guests() == []


async def test_a_dry_run_writes_nothing_and_finds_what_the_run_will(hotel: Hotel) -> None:
    file = many(1000, *range(100, 1000, 100))

    import_id = await hotel.given(file, dry_run="true")
    checked = await hotel.ended(import_id)
    expected = await hotel.errors(import_id)
    assert (checked["state"], counted(checked)) == ("checked", {"created": 991, "failed": 9})
    assert await hotel.store.collection("guests").count_documents({}) == 0

    run = await hotel.do(import_id, "run")
    assert counted(run) == counted(checked)
    assert await hotel.errors(import_id) == expected
    assert await hotel.store.collection("guests").count_documents({}) == 991


async def test_each_bad_row_says_which_cell_is_wrong_and_why(hotel: Hotel) -> None:
    file = csv_file(HEADER, ["", "a@example.org", 1], ["Reis", "nobody", 2], ["Matos", "m@example.org", 3, "too much"])

    found = await hotel.imported(file)

    told = {each["row"]: [(error["column"], error["code"]) for error in each["errors"]] for each in
            await hotel.errors(found["id"])}  # fmt: skip
    assert told == {2: [("Surname", "missing")], 3: [("E-Mail", "value_error")], 4: [(None, "too_many_cells")]}


async def test_the_file_of_errors_can_be_mended_and_imported_again(hotel: Hotel) -> None:
    file = csv_file(["Surname", "Phone", "Nights"], ["=Reis", "+351 91", "two"], ["Matos", "", 3], delimiter=";")
    first = await hotel.imported(file)

    header, row = await error_file(hotel, first["id"])
    assert header == ["Surname", "Phone", "Nights", "error"]
    assert row == ["'=Reis", "'+351 91", "two", "Nights: must be a number"]
    still = await hotel.imported(csv_file(header, row))
    header, row = await error_file(hotel, still["id"], delimiter=",")
    assert header[-1] == "error"
    mended = await hotel.imported(csv_file(header, [*row[:2], "2", row[3]]))

    assert counted(mended) == {"created": 1}
    assert await hotel.guests() == ["Matos", "=Reis"]
    assert await hotel.guests("phone") == [None, "+351 91"]


async def error_file(hotel: Hotel, import_id: str, *, delimiter: str = ";") -> list[list[str]]:
    headers = {"Authorization": f"Bearer {hotel.service.identities.token('administrator')}"}
    url = f"{hotel.service.url}/api/v1/imports/{import_id}/errors?format=csv"
    async with hotel.service.session.get(url, headers=headers) as response:
        return list(csv.reader(StringIO(await response.text(), newline=""), delimiter=delimiter))


async def test_records_are_found_by_a_key_and_changed(hotel: Hotel) -> None:
    await hotel.imported(PEOPLE)
    news = csv_file(
        HEADER, ["Reis", "REIS@example.org", 5], ["Matos", "matos@example.org", 3], ["New", "n@example.org", 1]
    )

    found = await hotel.imported(news, mode="upsert", key="email")

    assert counted(found) == {"created": 1, "updated": 1, "unchanged": 1}
    assert await hotel.guests("nights") == [5, 3, 1]
    assert await hotel.guests("version") == [2, 1, 1]


async def test_an_empty_cell_leaves_what_there_is(hotel: Hotel) -> None:
    await hotel.imported(PEOPLE)

    await hotel.imported(csv_file(HEADER, ["", "reis@example.org", 7]), mode="upsert", key="email")

    assert await hotel.guests() == ["Reis", "Matos"]
    assert await hotel.guests("nights") == [7, 3]


async def test_a_key_that_several_records_have_is_refused(hotel: Hotel) -> None:
    await hotel.imported(csv_file(HEADER, ["One", "x@example.org", 1], ["Two", "x@example.org", 1]))

    found = await hotel.imported(csv_file(HEADER, ["Three", "x@example.org", 3]), mode="upsert", key="email")

    assert [each["errors"][0]["code"] for each in await hotel.errors(found["id"])] == ["ambiguous_key"]
    assert await hotel.guests() == ["One", "Two"]


async def test_without_upsert_a_key_keeps_records_from_being_doubled(hotel: Hotel) -> None:
    await hotel.imported(PEOPLE)

    found = await hotel.imported(
        csv_file(HEADER, ["R.", "reis@example.org", 1], ["N", "n@example.org", 1]), key="email"
    )

    assert [each["errors"][0]["code"] for each in await hotel.errors(found["id"])] == ["exists"]
    assert await hotel.guests() == ["Reis", "Matos", "N"]


async def test_two_rows_of_a_file_never_mean_the_same_record(hotel: Hotel) -> None:
    rows = [[f"Guest {row}", f"g{row}@example.org", 1] for row in range(2, 700)]
    file = csv_file(HEADER, *rows, ["Again", "g2@example.org", 2], ["Once more", "g699@example.org", 2])

    found = await hotel.imported(file, mode="upsert", key="email")

    assert counted(found) == {"created": 698, "failed": 2}
    details = [each["errors"][0]["detail"] for each in await hotel.errors(found["id"])]
    assert details == ["row 2 has the same email", "row 699 has the same email"]


async def test_what_was_exported_can_be_changed_and_imported_by_its_ids(hotel: Hotel) -> None:
    await hotel.imported(PEOPLE)
    headers = {"Authorization": f"Bearer {hotel.service.identities.token('administrator')}"}
    url = f"{hotel.service.url}/api/v1/guests/export?$select=last_name,nights"
    async with hotel.service.session.get(url, headers=headers) as response:
        exported = (await response.text()).replace(",2\r\n", ",8\r\n")
    mapping = {name: {"column": name} for name in ("id", "last_name", "nights")}

    found = await hotel.imported(exported, mode="upsert", key="id", mapping={"fields": mapping})

    assert counted(found) == {"updated": 1, "unchanged": 1}
    assert await hotel.guests("nights") == [8, 3]


async def test_references_are_found_by_name_and_by_email(hotel: Hotel) -> None:
    _, ana = await hotel.service.post("/api/v1/hosts", {"name": "Ana"})
    _, rui = await hotel.service.post("/api/v1/guests", {"last_name": "Rui", "email": "rui@example.org"})
    file = csv_file(
        ["Surname", "Host", "Companion"],
        ["By name", "Ana", "Rui@example.org"],
        ["By id", f"hosts/{ana['id']}", rui["id"]],
        ["Nowhere", "Nobody", ""],
        ["No id", "", "0192f0c1-aaaa-7bbb-8ccc-000000000001"],
    )

    found = await hotel.imported(file)
    _, page = await hotel.service.get("/api/v1/guests?$filter=host ne null&$select=host,companion_id")

    told = [(each["host"]["id"], each["host"]["name"], each["companion_id"]) for each in page["value"]]
    assert told == [(ana["id"], "Ana", rui["id"])] * 2
    wrong = [[error["column"] for error in each["errors"]] for each in await hotel.errors(found["id"])]
    assert wrong == [["Host"], ["Companion"]]


async def test_an_undo_leaves_what_others_have_changed_since_and_says_so(hotel: Hotel) -> None:
    _, old = await hotel.service.post("/api/v1/guests", {"last_name": "Old", "email": "old@example.org", "nights": 1})
    _, other = await hotel.service.post("/api/v1/guests", {"last_name": "Other", "email": "b@example.org", "nights": 1})
    file = csv_file(
        HEADER, ["Older", "old@example.org", 9], ["Others", "b@example.org", 9], ["New", "n@example.org", 9]
    )
    found = await hotel.imported(file, mode="upsert", key="email")
    _, page = await hotel.service.get("/api/v1/guests?$filter=last_name eq 'New'")
    new = page["value"][0]
    await hotel.service.patch(f"/api/v1/guests/{other['id']}", {"nights": 4})
    await hotel.service.patch(f"/api/v1/guests/{new['id']}", {"nights": 5})

    undone = await hotel.do(found["id"], "undo")

    _, first = await hotel.service.get(f"/api/v1/guests/{old['id']}")
    _, second = await hotel.service.get(f"/api/v1/guests/{other['id']}")
    assert (first["last_name"], first["nights"]) == ("Old", 1)
    assert (second["last_name"], second["nights"]) == ("Other", 4)
    assert counted(undone) == {"created": 1, "updated": 2, "restored": 2}
    conflicts = {each["record_id"]: each["errors"][0]["pointer"] for each in await hotel.errors(found["id"])}
    assert conflicts == {other["id"]: "/nights", new["id"]: ""}


async def test_an_undo_leaves_nothing_visible_of_a_thousand_rows(hotel: Hotel) -> None:
    found = await hotel.imported(many(1000))

    await hotel.do(found["id"], "undo")

    assert await hotel.guests() == []
    assert await hotel.errors(found["id"]) == []


async def test_a_canceled_import_stops_and_what_it_did_can_be_undone(hotel: Hotel) -> None:
    import_id = await hotel.given(many(20_000))
    await hotel.service.post(f"/api/v1/imports/{import_id}/run")

    async def begun() -> bool:
        return bool((await hotel.read(import_id))["counts"]["created"])

    await eventually(begun)
    status, canceled = await hotel.service.post(f"/api/v1/imports/{import_id}/cancel")
    undone = await hotel.do(import_id, "undo")

    assert (status, canceled["state"]) == (200, "canceled")
    assert undone["state"] == "undone"
    assert 0 < undone["counts"]["removed"] < 20_000
    assert await hotel.guests() == []


async def test_a_canceled_import_goes_on_where_it_stopped(hotel: Hotel) -> None:
    import_id = await hotel.given(many(5000))
    await hotel.service.post(f"/api/v1/imports/{import_id}/run")
    await hotel.service.post(f"/api/v1/imports/{import_id}/cancel")

    completed = await hotel.do(import_id, "run")

    assert (completed["state"], counted(completed)) == ("completed", {"created": 5000})
    assert await hotel.store.collection("guests").count_documents({}) == 5000


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
async def test_files_of_any_usual_encoding_and_delimiter_are_read(hotel: Hotel, encoding: str) -> None:
    file = "Nachname;Geburtstag;Debt;Currency\r\nMüller;31.12.1980;1.234,50;EUR\r\n".encode(encoding)

    status, sent = await hotel.send(file, mapping={
        "fields": {
            "last_name": {"column": "Nachname"},
            "birth_date": {"column": "Geburtstag"},
            "debt": {"column": "Debt"},
            "currency": {"column": "Currency"},
        },
        "date_format": "dmy",
        "decimal_comma": True,
    })  # fmt: skip
    await hotel.do(sent["id"], "run")
    _, guessed = await hotel.send(file)
    _, page = await hotel.service.get("/api/v1/guests")
    guest = page["value"][0]

    assert (guest["last_name"], guest["birth_date"], guest["debt"]) == ("Müller", "1980-12-31", 1234.5)
    assert (guessed["mapping"]["decimal_comma"], guessed["file"]["delimiter"]) == (True, ";")
    assert status == 201


async def test_a_workbook_with_days_and_numbers_is_read(hotel: Hotel, tmp_path: Path) -> None:
    book = XlsxFile(tmp_path / "guests.xlsx", "guests", ["Surname", "Birth date", "Nights", "Vegetarian"])
    book.append([["Reis", date(1980, 2, 29), 3, True]])
    book.close()

    found = await hotel.imported((tmp_path / "guests.xlsx").read_bytes())
    _, page = await hotel.service.get("/api/v1/guests")
    guest = page["value"][0]

    assert found["file"]["format"] == "xlsx"
    assert (guest["birth_date"], guest["nights"], guest["vegetarian"]) == ("1980-02-29", 3, True)


async def test_constants_and_translated_values_fill_fields(hotel: Hotel) -> None:
    mapping: dict[str, Any] = {
        "fields": {"last_name": {"column": "Name"}, "size": {"column": "Gr", "values": {"Groß": "very_large"}}},
        "constants": {"nights": 2, "address.city": "Lisboa", "tags": "imported; 2026"},
    }

    found = await hotel.imported("Name,Gr\nReis,GROSS\n", mapping=mapping)
    _, page = await hotel.service.get("/api/v1/guests")
    guest = page["value"][0]

    assert counted(found) == {"created": 1}
    assert (guest["size"], guest["nights"], guest["address"]["city"]) == ("very_large", 2, "Lisboa")
    assert guest["tags"] == ["imported", "2026"]


async def test_a_mapping_is_changed_and_kept_for_the_next_file(hotel: Hotel) -> None:
    import_id = await hotel.given("N,Mail\nReis,reis@example.org\n")
    patch = {"mapping": {"fields": {"email": None, "last_name": {"column": "N"}}}}

    status, changed = await hotel.service.patch(f"/api/v1/imports/{import_id}", patch)
    saved = {"name": "Fair", "collection": "guests", "mapping": changed["mapping"]}
    assert (await hotel.service.post("/api/v1/import_mappings", saved))[0] == 201
    found = await hotel.imported("N,Mail\nMatos,matos@example.org\n", mapping="Fair")
    _, page = await hotel.service.get("/api/v1/import_mappings?service=hotel")

    assert status == 200
    assert [each["code"] for each in changed["problems"]] == ["ignored_column"]
    assert (await hotel.guests(), await hotel.guests("email")) == (["Matos"], [None])
    assert [each["name"] for each in page["value"]] == ["Fair"]
    assert (await hotel.send("N\nx\n", mapping="Unknown"))[1]["errors"][0]["code"] == "unknown_mapping"
    assert counted(found) == {"created": 1}
    mapping_id = page["value"][0]["id"]
    assert (await hotel.service.delete(f"/api/v1/import_mappings/{mapping_id}"))[0] == 204
    assert (await hotel.service.get(f"/api/v1/import_mappings/{mapping_id}"))[0] == 404


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"collection": "nothing"}, "/collection"),
        ({"mapping": {"fields": {"version": {"column": "Surname"}}}}, "/mapping/fields/version"),
        ({"mapping": {"fields": {"last_name": {"column": "Nowhere"}}}}, "/mapping/fields/last_name/column"),
        ({"mapping": {"constants": {"owner_id": "me"}}}, "/mapping/constants/owner_id"),
        ({"mode": "upsert"}, "/key"),
        ({"mode": "upsert", "key": "nights"}, "/key"),
        ({"mode": "replace"}, "/mode"),
    ],
)
async def test_settings_that_make_no_sense_are_refused(hotel: Hotel, settings: dict[str, Any], pointer: str) -> None:
    status, problem = await hotel.send(PEOPLE, **settings)

    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)
    assert await hotel.store.collection(imports.IMPORTS).count_documents({}) == 0


async def test_a_file_that_is_too_large_is_refused(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hotel.service.app._state, LARGEST, 50)

    status, problem = await hotel.send(PEOPLE)

    assert (status, problem["code"]) == (413, "file_too_large")


@pytest.mark.parametrize("file", [b"", b"\x00\x01\x02"])
async def test_what_is_no_table_is_refused(hotel: Hotel, file: bytes) -> None:
    assert (await hotel.send(file))[0] == 422


async def test_what_is_no_multipart_is_refused(hotel: Hotel) -> None:
    status, problem = await hotel.service.post("/api/v1/imports", {"collection": "guests"})

    assert (status, problem["code"]) == (415, "unsupported_media_type")


async def test_a_file_that_is_sent_again_under_its_key_is_the_same_import(hotel: Hotel) -> None:
    _, first = await hotel.send(PEOPLE, once="fair")

    _, again = await hotel.send(PEOPLE, once="fair")
    status, other = await hotel.send(PEOPLE, once="fair", key="email")

    assert again == first
    assert (status, other["code"]) == (422, "idempotency_key_reused")
    assert await hotel.store.collection(imports.IMPORTS).count_documents({}) == 1


async def test_moves_that_are_not_open_are_refused(hotel: Hotel) -> None:
    import_id = await hotel.given(PEOPLE)

    status, problem = await hotel.service.post(f"/api/v1/imports/{import_id}/undo")

    assert (status, problem["code"], problem["open_actions"]) == (409, "move_not_allowed", ["change", "check", "run"])
    await hotel.do(import_id, "run")
    assert (await hotel.service.post(f"/api/v1/imports/{import_id}/run"))[0] == 409
    assert (await hotel.service.patch(f"/api/v1/imports/{import_id}", {"mode": "upsert"}))[0] == 409


async def test_custom_fields_are_filled_and_asked_for_as_in_a_create(hotel: Hotel) -> None:
    await hotel.define(
        CustomFieldEntry(id="f-1", version=1, of="guests", name="room", type="integer", label="Room", required=True),
        CustomFieldEntry(id="f-2", version=1, of="guests", name="view", type="choice", label="View", choices=("sea",)),
        CustomFieldEntry(
            id="f-3", version=1, of="guests", name="guide", type="reference", label="Guide", refers_to=("hosts",)
        ),
    )
    _, ana = await hotel.service.post("/api/v1/hosts", {"name": "Ana"})
    file = csv_file(["Surname", "custom.room", "custom.view", "custom.guide"], ["Reis", 12, "SEA", "Ana"], ["Matos"])

    found = await hotel.imported(file)

    assert counted(found) == {"created": 1, "failed": 1}
    guide = {"collection": "hosts", "id": ana["id"], "name": "Ana"}
    assert await hotel.guests("custom") == [{"room": 12, "view": "sea", "guide": guide}]
    assert [each["errors"][0]["column"] for each in await hotel.errors(found["id"])] == ["custom.room"]
