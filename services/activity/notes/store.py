"""Where the files of notes lie."""

from typing import Final

from libs.store.attached import RecordFiles
from services.activity.notes.model import Note

FILES: Final = RecordFiles(Note.collection, "note_files")
