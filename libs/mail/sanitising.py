"""HTML of strangers, made safe to show: no scripts, no forms, nothing that calls home unasked."""

import re
from copy import deepcopy
from html import unescape
from typing import Final

import nh3

_ATTRIBUTES: Final = deepcopy(nh3.ALLOWED_ATTRIBUTES)
_ATTRIBUTES["img"] = {"alt", "height", "src", "title", "width"}
for _tag in ("table", "td", "th", "tr"):
    _ATTRIBUTES[_tag] = {*_ATTRIBUTES.get(_tag, ()), "align", "bgcolor", "border", "colspan", "rowspan", "width"}

_SCHEMES: Final = {"cid", "data", "http", "https", "mailto", "tel"}
_PICTURE: Final = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,", re.IGNORECASE)
_REMOTE: Final = re.compile(r'(<img\b[^>]*?\s)src=(?="(?!cid:|data:))', re.IGNORECASE)
"""Of HTML as nh3 writes it: attributes in double quotes, `>` in them escaped as `&gt;` or not at all."""

_BLOCK_ENDS: Final = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^>]*>", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[ \t\xa0]+")
_MANY_LINES: Final = re.compile(r"\n\s*\n\s*\n+")


def sanitised(html: str) -> tuple[str, bool]:
    """Safe HTML, and whether it has pictures that lie elsewhere."""
    remote = False

    def attribute(tag: str, name: str, value: str) -> str | None:
        nonlocal remote
        scheme = value.strip().partition(":")[0].lower()
        picture = tag == "img" and name == "src"
        if scheme == "data" and name in ("href", "src") and not (picture and _PICTURE.match(value.strip())):
            return None
        remote = remote or (picture and scheme not in ("cid", "data"))
        return value

    clean = nh3.clean(
        html,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        url_schemes=_SCHEMES,
        clean_content_tags={"script", "style", "title", "head", "template", "noscript"},
        link_rel="noopener noreferrer nofollow",
    )
    return _REMOTE.sub(r"\1data-src=", clean) if remote else clean, remote


def text_of(html: str) -> str:
    """What the HTML says, without how it looks."""
    lines = _BLOCK_ENDS.sub("\n", html)
    bare = unescape(nh3.clean(lines, tags=set(), clean_content_tags={"script", "style", "title", "head", "template"}))
    stripped = "\n".join(_BLANKS.sub(" ", line).strip() for line in bare.splitlines())
    return _MANY_LINES.sub("\n\n", stripped).strip()
