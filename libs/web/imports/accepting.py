"""`POST /api/v1/imports`: a file comes in, is kept, and its columns are guessed."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp import web

from libs.domain.record import Record
from libs.domain.refusals import InvalidFields
from libs.store.documents import to_json
from libs.store.files import Files
from libs.store.ids import new_id
from libs.store.requests import Answer
from libs.store.work import UnitOfWork
from libs.tables.mapping import ImportMapping
from libs.web.executing import STORE, execute
from libs.web.imports import mappings, store
from libs.web.imports.contents import Contents, days_are_ambiguous, guess, looked_through
from libs.web.imports.fitting import Targets, problems_of, refuse_unallowed, refuse_unfit
from libs.web.imports.model import Import, ImportFile, ImportProblem, ImportSettings
from libs.web.imports.moving import begun
from libs.web.imports.settings import LARGEST, RESOURCES, targets_for
from libs.web.requests import grants_of, parse
from libs.web.resource import Resource
from libs.web.uploading import Upload, received


async def accept(request: web.Request) -> web.Response:
    """201 with the import: its columns, a guess at what they mean, some rows, and what should be looked at."""
    with TemporaryDirectory(prefix="tandem-upload-") as folder:
        sent = await received(request, Path(folder) / "file", largest=request.app[LARGEST])
        record_type: type[Record] = _resource(request, sent).record
        contents = await looked_through(sent.path)
        targets = targets_for(request, record_type)
        settings = await _settings(request, record_type.collection, targets, sent, contents)
        refuse_unallowed(grants_of(request), record_type.collection, settings)
        refuse_unfit(record_type, targets, contents.columns, settings)
        import_id = f"{request.app[STORE].service}-{new_id()}"
        await Files(request.app[STORE], store.FILES).keep(import_id, sent.path)

    async def command(work: UnitOfWork) -> Answer:
        found = Import(
            id=import_id,
            owner_id=work.context.actor_id,
            collection=record_type.collection,
            file=_file(sent, contents),
            columns=contents.columns,
            sample=contents.sample,
            rows=contents.rows,
            last_row=contents.last_row,
            problems=_problems(targets, contents, settings),
            created_at=work.now,
            **settings.__dict__,
        )
        checking = sent.fields.get("dry_run") == "true"
        kept = begun(request, work, found, "check") if checking else found
        work.put(store.IMPORTS, {"_id": import_id, **kept.model_dump(exclude={"id"})})
        return Answer(201, to_json(kept.model_dump()), {"Location": f"/api/v1/imports/{import_id}"})

    return await execute(request, command, body=to_json([sent.digest, sorted(sent.fields.items())]))


def _resource(request: web.Request, sent: Upload) -> Resource[Any]:
    resources = request.app[RESOURCES]
    name = sent.fields.get("collection") or request.query.get("collection", "")
    if name not in resources:
        raise InvalidFields.at("/collection", "unknown_collection", f"one of {', '.join(sorted(resources))}")
    return resources[name]


async def _settings(
    request: web.Request, collection: str, targets: Targets, sent: Upload, contents: Contents
) -> ImportSettings:
    """As the request says; what it leaves open is guessed. `mapping` is JSON, or the name of a saved one."""
    given = sent.fields.get("mapping", "").strip()
    if given.startswith("{"):
        mapping = parse(given.encode(), ImportMapping)
    elif given:
        mapping = await mappings.by_name(request.app[STORE], collection, given)
    else:
        mapping = guess(targets, contents)
    settings: dict[str, Any] = {
        name: sent.fields[name] for name in ("mode", "key", "allow_duplicates") if sent.fields.get(name)
    }
    if "allow_duplicates" in settings:
        settings["allow_duplicates"] = settings["allow_duplicates"] == "true"
    return parse(to_json({**settings, "mapping": mapping.model_dump()}), ImportSettings)


def _file(sent: Upload, contents: Contents) -> ImportFile:
    source = contents.source
    return ImportFile(
        name=sent.name, size=sent.size, format=source.format, encoding=source.encoding, delimiter=source.delimiter
    )


def _problems(targets: Targets, contents: Contents, settings: ImportSettings) -> tuple[ImportProblem, ...]:
    found = problems_of(targets, contents.columns, settings)
    if not days_are_ambiguous(targets, contents, settings.mapping):
        return found
    return (ImportProblem(code="ambiguous_days", detail="say by date_format which comes first"), *found)
