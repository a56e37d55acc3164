"""Files that lie beside a record, as its events name them."""

from pydantic import BaseModel, ConfigDict


class AttachedFile(BaseModel):
    """`size` is in bytes, `sha256` in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
