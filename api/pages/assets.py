"""The files that pages need: under names that hold their hash, kept for ever by browsers, minified and compressed once.

They are read when the program starts. Never add one that comes from elsewhere at run time.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import rcssmin
import rjsmin
from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

STATIC: Final = Path(__file__).parent / "static"
PREFIX: Final = "/static/"
FOR_EVER: Final = "public, max-age=31536000, immutable"
TYPES: Final = {".js": "text/javascript", ".webmanifest": "application/manifest+json"}

MINIFIED: Final[Mapping[str, Callable[[str], str]]] = {".js": rjsmin.jsmin, ".css": rcssmin.cssmin}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Asset:
    """A file as it goes out. `name` is the hashed one."""

    name: str
    kind: str
    plain: bytes
    packed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Every file by the name it has in the tree."""
    return {
        file.relative_to(STATIC).as_posix(): read(file)
        for file in sorted(STATIC.rglob("*"))
        if file.is_file()
    }


@cache
def by_hashed_name() -> Mapping[str, Asset]:
    return {asset.name: asset for asset in assets().values()}


def read(file: Path) -> Asset:
    plain = file.read_bytes()
    if minified := MINIFIED.get(file.suffix):
        plain = minified(plain.decode()).encode()
    digest = hashlib.sha256(plain).hexdigest()[:12]
    kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    name = file.relative_to(STATIC).with_suffix(f".{digest}{file.suffix}").as_posix()
    return Asset(name, kind, plain, gzip.compress(plain, 9, mtime=0))


def address(name: str) -> str:
    """Where a file is served: `address("pages.css")`. Raises KeyError for one that is not there."""
    return PREFIX + assets()[name].name


def takes_gzip(request: Request) -> bool:
    """Whether the client unpacks gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


@router.api_route(PREFIX + "{name:path}", methods=["GET", "HEAD"])
async def static(request: Request, name: str) -> Response:
    """One file."""
    found = by_hashed_name().get(name)
    if found is None:
        raise HTTPException(404)
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "ETag": f'"{found.name}"'}
    packed = takes_gzip(request) and len(found.packed) < len(found.plain)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(found.packed if packed else found.plain, headers=headers, media_type=found.kind)
