import pytest

from libs.domain.refusals import InvalidFields
from services.sales.contacts.model import Contact, named, person_keys


def test_a_contact_is_recognised_by_mail_or_by_name_and_any_of_its_phones() -> None:
    contact = named(
        Contact(
            id="c-1",
            first_name="José",
            last_name="Álvarez",
            email="Jose@Example.org",
            phone="+34 911 23 45 67",
            mobile_phone="+34 600 000 000",
        )
    )

    assert contact.full_name == "José Álvarez"
    assert contact.person_keys == (
        "email:jose@example.org",
        "name:jose alvarez|phone:+34911234567",
        "name:jose alvarez|phone:+34600000000",
    )


def test_somebody_without_a_name_is_not_taken_for_somebody_who_has_one() -> None:
    nameless = person_keys(email=None, name=None, phones=["+34 911 23 45 67"])

    assert nameless == person_keys(email=None, name=None, phones=["+34911234567"])
    assert nameless != person_keys(email=None, name="José", phones=["+34911234567"])


def test_a_contact_that_tells_of_nobody_is_refused() -> None:
    with pytest.raises(InvalidFields):
        named(Contact(id="c-1", job_title="Director"))
