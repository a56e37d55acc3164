"""The language of templates: a small part of Jinja's, in which nothing can run for long or reach anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import ChainableUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from libs.domain.refusals import InvalidFields
from services.activity.email_contents.model import Written
from services.activity.email_templates.model import EmailTemplate

FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "record": frozenset({"name", "email"}),
    "recipient": frozenset({"name", "email"}),
    "sender": frozenset({"name", "email"}),
}
"""What the e-mail is about, the first one whom it is for, and whoever writes it."""

FILTERS: Final = frozenset({"capitalize", "default", "lower", "title", "trim", "upper"})
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.Filter,
)
_LONGEST_SUBJECT: Final = 200

_PLAIN: Final = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
_MARKUP: Final = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=True)

Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    body: Written | None


def require_sound(template: EmailTemplate) -> None:
    """Raises `InvalidFields` naming the part that is not in this language."""
    for name in ("subject", "text", "html"):
        if (source := getattr(template, name)) is not None and (wrong := _wrong_in(source)) is not None:
            raise InvalidFields.at(f"/{name}", "template", wrong)


def _wrong_in(source: str) -> str | None:
    """What of it is not allowed, or cannot be run."""
    try:
        refused = next(filter(None, map(_refused, _PLAIN.parse(source).find_all(nodes.Node))), None)
        if refused is None:
            _PLAIN.from_string(source)
    except TemplateError as error:
        return str(error)[:300]
    except (SyntaxError, RecursionError):
        return "nested too deeply"
    return refused


def _refused(node: nodes.Node) -> str | None:
    match node:
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"there is no filter {name}; there are {', '.join(sorted(FILTERS))}"
        case nodes.Name(name=name) if name not in FIELDS:
            return f"there is no {name}; there are {', '.join(FIELDS)}"
        case nodes.Getattr(node=nodes.Name(name=name), attr=attr) if attr in FIELDS.get(name, ()):
            return None
        case nodes.Getattr(attr=attr):
            return f"there is no field {attr} here"
        case _ if not isinstance(node, _ALLOWED):
            return f"{type(node).__name__.lower()} is not possible here"
    return None


def render(template: EmailTemplate, values: Values) -> Rendered:
    """The e-mail for these values; a field that nothing is known of is empty. In HTML they are escaped."""
    subject = " ".join(_PLAIN.from_string(template.subject).render(values).split())[:_LONGEST_SUBJECT]
    text = None if template.text is None else _PLAIN.from_string(template.text).render(values)
    html = None if template.html is None else _MARKUP.from_string(template.html).render(values)
    body = None if text is None and html is None else Written(text=text, html=html)
    return Rendered(subject or "(no subject)", body)
