"""`python -m tests.contracts` keeps the schemas and samples of what is new. What is kept already it never changes
otherwise than by additions: it names what would break, and writes nothing. The fields of all collections it writes as
they are.
"""

import sys

from tests.contracts.announcing import all_announced
from tests.contracts.collections import FILE, module_today
from tests.contracts.keeping import SAMPLES, SCHEMAS, broken, read, sample_file, schema_files, write


def main() -> None:
    documents = schema_files()
    breaches = [
        f"{file.name}: {breach}"
        for file, document in documents.items()
        if file.exists()
        for breach in broken(read(file), document)
    ]
    if breaches:
        sys.exit("\n".join([*breaches, "Make it a new event, or a new major version beside this one."]))
    SAMPLES.mkdir(exist_ok=True)
    SCHEMAS.mkdir(exist_ok=True)
    for file, document in documents.items():
        write(file, document)
    for type_, event in all_announced():
        if not sample_file(type_).exists():
            write(sample_file(type_), event)
    FILE.write_text(module_today(), encoding="utf-8")


if __name__ == "__main__":
    main()
