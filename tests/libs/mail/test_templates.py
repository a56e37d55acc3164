"""Templates say what they may, and nothing that a template says runs for long or reaches anything."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.publishers import BY_TYPE
from libs.domain.refusals import InvalidFields
from libs.mail.fields import FIELDS, FIELDS_OF
from libs.mail.templates import Template, render, require_sound

ANA = {"record": {"name": "Casa <Clara>"}, "recipient": {"name": "Ana & Co", "email": "ana@example.org"}, "sender": {}}


@dataclass(frozen=True)
class Source:
    subject: str
    text: str | None
    html: str | None


def template(subject: str = "x", *, text: str | None = None, html: str | None = None) -> Template:
    return Source(subject, text, html)


def test_fields_become_what_is_known_and_are_escaped_in_html() -> None:
    written = "{{ recipient.name }}: {{ record.name | upper }}{% if sender.name %}, {{ sender.name }}{% endif %}"

    rendered = render(template("For {{ record.name }}", text=written, html=f"<p>{written}</p>"), ANA)

    assert rendered.subject == "For Casa <Clara>"
    assert rendered.text == "Ana & Co: CASA <CLARA>"
    assert rendered.html == "<p>Ana &amp; Co: CASA &lt;CLARA&gt;</p>"


def test_what_nobody_knows_is_empty_or_as_the_template_says() -> None:
    rendered = render(template("{{ sender.name }}", text="{{ sender.name | default('we') }}"), ANA)

    assert (rendered.subject, rendered.text) == ("(no subject)", "we")


def test_a_subject_is_one_line_whatever_the_values_say() -> None:
    values = {**ANA, "recipient": {"name": "Ana\r\nBcc: all@example.org" + "x" * 300}}

    subject = render(template("Hello {{ recipient.name }}"), values).subject

    assert subject.isprintable()
    assert len(subject) == 200


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 999999999 }}",
        "{{ 2 ** 99999 }}",
        "{% for x in range(999999999) %}{% endfor %}",
        "{{ range(9) }}",
        "{{ recipient.name.__class__ }}",
        "{{ recipient.__class__ }}",
        "{{ recipient['name'] }}",
        "{{ self }}",
        "{{ config.items }}",
        "{{ recipient.person_key }}",
        "{{ recipient.name | attr('upper') }}",
        "{{ recipient.name | center(999999999) }}",
        "{{ recipient.name.upper() }}",
        "{% include 'x' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% set x = 1 %}",
        "{{ recipient.name ~ record.name }}",
        "{{ ",
        "{% if recipient.name %}",
        "{% if true %}" * 1_000 + "{% endif %}" * 1_000,
    ],
)
def test_anything_else_is_refused_with_the_part_named(source: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(template("x", html=source))

    assert (refused.value.errors[0].pointer, refused.value.errors[0].code) == ("/html", "template")


def test_a_field_that_there_is_not_is_named_beside_those_that_there_are() -> None:
    with pytest.raises(InvalidFields) as refused:
        require_sound(template("{{ sender.shoe_size }}"))

    assert refused.value.errors[0].detail == "sender has no field shoe_size; it has email, name, username"


def test_templates_say_what_the_events_of_records_promise() -> None:
    promised = {
        event.snapshot.searchable.collection: event.snapshot.model_fields.keys()
        for event in BY_TYPE.values()
        if event.snapshot.searchable is not None
    }

    assert {collection: set(fields) - promised[collection] for collection, fields in FIELDS_OF.items()} == {
        collection: set() for collection in FIELDS_OF
    }


@given(parts=st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "if", "recipient", ".name", "|", "default", "x", " "])))
def test_what_is_taken_can_be_rendered(parts: list[str]) -> None:
    offered = template(text="".join(parts))
    try:
        require_sound(offered)
    except InvalidFields:
        return
    render(offered, {name: dict.fromkeys(fields, "v") for name, fields in FIELDS.items()})
