"""What the code of libs, services and deploy must not do. Each rule names every breach in a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.import_rules import role
from tests.architecture.modules import Module

MOST_LINES = 400
CODE = ("libs", "services", "deploy")

# What holds a connection, a thread or a loop: made by app.py for one process, never by an import.
CLIENTS = frozenset({
    "AsyncIOMotorClient", "AsyncMongoClient", "MongoClient", "ClientSession", "TCPConnector", "Connection",
    "connect", "connect_robust", "create_task", "ensure_future", "new_event_loop", "open", "socket",
    "ProcessPoolExecutor", "ThreadPoolExecutor", "Thread",
})  # fmt: skip
CLOCKS = frozenset({"now", "utcnow", "today", "utc_now", "time", "monotonic"})
SUPPRESSION = re.compile(r"noqa(: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)*)?|type: ignore(\[[a-z, -]+\])?")


def nothing_prints(module: Module) -> Iterator[str]:
    if module.within(*CODE):
        for call in calls(module.tree):
            if isinstance(call.func, ast.Name) and call.func.id in {"print", "pprint"}:
                yield f"{module.name}:{call.lineno}: print; log it, or write to the console the caller passes"


def blind_catches_say_why(module: Module) -> Iterator[str]:
    """`except Exception` may stand where a reason stands beside it, or where everything is raised again."""
    if not module.within(*CODE):
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ExceptHandler) or not catches_everything(node.type):
            continue
        raised_again = isinstance(node.body[-1], ast.Raise)
        if not raised_again and not has_reason(module.lines[node.lineno - 1]):
            yield f"{module.name}:{node.lineno}: catches everything without a reason"


def files_are_short(module: Module) -> Iterator[str]:
    if len(module.lines) > MOST_LINES:
        yield f"{module.name}: {len(module.lines)} lines, at most {MOST_LINES}; split off another slice"


def imports_open_nothing(module: Module) -> Iterator[str]:
    if module.within(*CODE):
        for call in calls(*at_import(module.tree.body)):
            if called(call) in CLIENTS:
                yield f"{module.name}:{call.lineno}: {called(call)}() runs at import; app.py makes clients"


def rules_read_no_clock(module: Module) -> Iterator[str]:
    """Time is an argument, so that a rule can be tried at any moment."""
    if module.within("libs.domain", "libs.contracts") or role(module.name) == "model":
        for call in calls(module.tree):
            if isinstance(call.func, ast.Attribute) and called(call) in CLOCKS:
                yield f"{module.name}:{call.lineno}: {called(call)}() reads the clock; take it as argument"


def pages_are_bounded_by_the_database(module: Module) -> Iterator[str]:
    """Of what a driver asks for behind the first hundred documents it gets 16 MiB, however few it hands on."""
    if module.within(*CODE):
        for call in calls(module.tree):
            match call:
                case ast.Call(func=ast.Attribute(attr="to_list", value=ast.Call() as cursor), args=[most]):
                    steps = set(chained(cursor))
                    if "find" in steps and "limit" not in steps and not is_whole(most):
                        yield f"{module.name}:{call.lineno}: a page without limit()"


def chained(call: ast.Call) -> Iterator[str]:
    """What is called one behind the other, the last first."""
    while isinstance(call.func, ast.Attribute):
        yield call.func.attr
        if not isinstance(call.func.value, ast.Call):
            return
        call = call.func.value


def is_whole(most: ast.expr) -> bool:
    """Whether it is all that was asked for: None, or the number of ids."""
    match most:
        case ast.Constant(value=None) | ast.Call(func=ast.Name(id="len")):
            return True
    return False


def calls(*nodes: ast.AST) -> Iterator[ast.Call]:
    for node in nodes:
        yield from (found for found in ast.walk(node) if isinstance(found, ast.Call))


def called(call: ast.Call) -> str | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What runs when the module is imported: class bodies do, function bodies do not."""
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from statement.decorator_list
                yield from statement.args.defaults
            case ast.ClassDef():
                yield from at_import(statement.body)
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
                continue
            case _:
                yield statement


def catches_everything(caught: ast.expr | None) -> bool:
    match caught:
        case None:
            return True
        case ast.Name(id=name):
            return name in {"Exception", "BaseException"}
        case ast.Tuple(elts=several):
            return any(catches_everything(each) for each in several)
    return False


def has_reason(line: str) -> bool:
    """Whether the line's comment says something besides switching off a check."""
    return re.search(r"\w", SUPPRESSION.sub("", line.partition("#")[2])) is not None


RULES = (
    nothing_prints,
    blind_catches_say_why,
    files_are_short,
    imports_open_nothing,
    rules_read_no_clock,
    pages_are_bounded_by_the_database,
)
