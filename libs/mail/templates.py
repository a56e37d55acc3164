"""The language of templates: a small part of Jinja's, in which nothing can run for long or reach anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from jinja2 import ChainableUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from libs.domain.refusals import InvalidFields
from libs.mail.fields import FIELDS

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


class Template(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str | None: ...
    @property
    def html(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html` is as the template has it: whoever shows it makes it safe first."""

    subject: str
    text: str | None
    html: str | None


def require_sound(template: Template) -> None:
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
        case nodes.Getattr():
            return _wrong_field(node)
        case _ if not isinstance(node, _ALLOWED):
            return f"{type(node).__name__.lower()} is not possible here"
    return None


def _wrong_field(node: nodes.Getattr) -> str | None:
    owner, name = node.node, node.attr
    if not (isinstance(owner, nodes.Name) and owner.name in FIELDS):
        return f"there is no field {name} here"
    fields = FIELDS[owner.name]
    return None if name in fields else f"{owner.name} has no field {name}; it has {', '.join(sorted(fields))}"


def render(template: Template, values: Values) -> Rendered:
    """The e-mail for these values; a field that nothing is known of is empty. In HTML they are escaped."""
    subject = " ".join(_PLAIN.from_string(template.subject).render(values).split())[:_LONGEST_SUBJECT]
    text = None if template.text is None else _PLAIN.from_string(template.text).render(values)
    html = None if template.html is None else _MARKUP.from_string(template.html).render(values)
    return Rendered(subject or "(no subject)", text, html)
