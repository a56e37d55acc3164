"""The text of `$filter` to its syntax tree, within bounds.

The grammar is odata-query's. Around it stand the corrections that clients need: fields may begin with a
keyword (`all_day`), brackets may follow `in` and `not` at once, and a list may have one item. The parser and all
that walks its tree recurse only into brackets, `not` and paths, which are counted as they are read.
"""

import re
from collections.abc import Iterator
from copy import copy
from functools import lru_cache
from typing import Final, Protocol, cast

from odata_query import ast, exceptions
from odata_query.grammar import ODataLexer, ODataParser

from libs.store.query.limits import (
    MAX_CONDITIONS,
    MAX_DEPTH,
    MAX_NAMES_IN_PATH,
    MAX_NOTS,
    MAX_OPTION_LENGTH,
    MAX_TOKENS,
)
from libs.store.query.refusals import Fault

# The library's own class of all nodes; it has no public name.
Node = ast._Node  # noqa: SLF001

FOLDING: Final = frozenset({"tolower", "toupper"})
"""Functions by which case does not count."""

_CACHED_LENGTH: Final = 512
_NAMES_OF_LIST: Final = 2
"""The parser fails on longer paths to `any` and `all`."""
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


class Token(Protocol):
    """What the lexer yields."""

    type: str
    value: object
    index: int


class _Lexer(ODataLexer):
    # A string replaces the pattern of the inherited rule and keeps what the rule makes of it.
    tokens = ODataLexer.tokens
    BOOLEAN = r"(?:true|false)(?!\w)"  # type: ignore[assignment]
    NULL = r"null(?!\w)"  # type: ignore[assignment]
    ANY = r"any(?!\w)"  # type: ignore[assignment]
    ALL = r"all(?!\w)"  # type: ignore[assignment]
    NOT = r"not(?:\s+|(?=\())"  # type: ignore[assignment]
    IN = r"\s+in(?:\s+|(?=\())"  # type: ignore[assignment]


class _Bounds:
    """Lets tokens through up to the bounds; completes `in ('a')` to the `('a',)` that the grammar wants."""

    def __init__(self) -> None:
        self._lists: list[bool] = []  # per open bracket: a list after `in` that has no comma yet
        self._previous = ""
        self._names = self._nots = 0
        self._conditions = 1

    def within(self, tokens: Iterator[Token]) -> Iterator[Token]:
        for number, token in enumerate(tokens, start=1):
            _limit(number, MAX_TOKENS, "words and signs")
            if token.type == ")" and self._lists and self._lists.pop():
                yield _comma(token)
            self._count(token)
            self._previous = token.type
            yield token

    def _count(self, token: Token) -> None:
        match token.type:
            case "(":
                self._lists.append(self._previous == "IN")
                _limit(len(self._lists), MAX_DEPTH, "brackets inside each other")
            case "," if self._lists:
                self._lists[-1] = False
            case "AND" | "OR":
                self._conditions += 1
                _limit(self._conditions, MAX_CONDITIONS, "conditions")
            case "NOT":
                self._nots = self._nots + 1 if self._previous == "NOT" else 1
                _limit(self._nots, MAX_NOTS, "times 'not' in a row")
            case "=":
                raise Fault("unreadable", "named parameters are not supported; to compare, write 'eq'")
            case _:
                self._count_path(token)

    def _count_path(self, token: Token) -> None:
        match token.type:
            case "/":
                self._names += 1
                _limit(self._names, MAX_NAMES_IN_PATH, "names in a path")
            case "ANY" | "ALL":
                _limit(self._names - 1, _NAMES_OF_LIST, "names in the path of a list")
            case "ODATA_IDENTIFIER" if self._previous != "/":
                self._names = 1


def _limit(count: int, maximum: int, what: str) -> None:
    if count > maximum:
        raise Fault("too_complex", f"at most {maximum} {what}")


def _comma(beside: Token) -> Token:
    comma = copy(beside)
    comma.type = comma.value = ","
    return comma


def check_text(text: str) -> None:
    """Refuse what neither MongoDB nor a log should meet: too long, or characters that are no text."""
    if len(text) > MAX_OPTION_LENGTH:
        raise Fault("too_long", f"at most {MAX_OPTION_LENGTH} characters")
    if _NO_TEXT.search(text):
        raise Fault("unreadable", "there are control characters in it")


def parse(text: str) -> Node:
    """The syntax tree of a filter, as odata-query describes it."""
    return _parse_cached(text) if len(text) <= _CACHED_LENGTH else _parse(text)


def _parse(text: str) -> Node:
    try:
        return cast(Node, ODataParser().parse(_Bounds().within(_Lexer().tokenize(text))))
    except exceptions.FunctionCallException as error:
        raise Fault("unknown_function", str(error)) from error
    except exceptions.ParsingException as error:
        if error.token is None:
            raise Fault("unreadable", "it ends too early") from error
        raise _unreadable(text, error.token.index) from error
    except exceptions.TokenizingException as error:
        raise _unreadable(text, error.token.index) from error


# Saved views and dashboards send the same few filters again and again.
_parse_cached = lru_cache(maxsize=256)(_parse)


def _unreadable(text: str, index: int) -> Fault:
    return Fault("unreadable", f"cannot be read from character {index + 1} on: {text[index : index + 40]!r}")


def spelled(identifier: ast.Identifier) -> str:
    """A name as it was written, with the dots that no field has."""
    return ".".join((*identifier.namespace, identifier.name))


def operands(node: Node, operator: type[Node]) -> list[Node]:
    """The parts of `a and b and …` (or of `or`) in their order; any other node is its own only part."""
    parts: list[Node] = []
    while isinstance(node, ast.BoolOp) and isinstance(node.op, operator):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]
