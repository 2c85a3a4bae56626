"""Sets letters with typst, which the package `typst` carries inside: no network, no other program, no font of ours.

The same words, templates, fonts and typst give the same bytes; `maker` names the last two. Values reach a template as
data (`sys.inputs`) and are never read as markup, so what people typed prints as they typed it.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import typst

from domain.errors import Invalid
from domain.remedies import REMEDIES

TEMPLATES: Final = Path(__file__).parent / "templates"
SETTING: Final = "GRIDCASE_FONT_FOLDER"

# The faces that GB/T 9704 asks for, then the free ones that stand in for them; the first that is there is taken.
SONG = ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC",
        "Source Han Serif CN", "STSong", "Songti SC", "SimSun", "FandolSong")  # fmt: skip
FANGSONG = ("FangSong_GB2312", "FangSong", "STFangsong", "FandolFang R", *SONG[2:])
HEI = ("SimHei", "STHeiti", "Heiti SC", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
       "WenQuanYi Zen Hei", "WenQuanYi Micro Hei")  # fmt: skip
KAI = ("KaiTi_GB2312", "KaiTi", "STKaiti", "Kaiti SC", "FandolKai", *FANGSONG)
FACES: Final[Mapping[str, tuple[str, ...]]] = {"song": SONG, "fang": FANGSONG, "hei": HEI, "kai": KAI}


class FontsMissing(Invalid):
    """No Chinese font on this machine. Nothing can be set until there is one."""

    def __init__(self, folder: Path | None) -> None:
        told = REMEDIES["fonts"]
        super().__init__(SETTING, str(folder) if folder else None, told.en, told.zh)


class Typesetter:
    """Sets one document at a time; threads wait for each other (a page takes about 20 ms)."""

    def __init__(self, font_folder: Path | None = None) -> None:
        self.font_folder = font_folder
        self._setting = threading.Lock()

    def pdf(self, template: str, values: Mapping[str, Any], at: datetime) -> bytes:
        """A tagged PDF/A-2a, dated `at`. Raises FontsMissing."""
        return self._set(
            template, values, format="pdf", pdf_standards=["a-2a"], timestamp=int(at.timestamp())
        )[0]

    def png(self, template: str, values: Mapping[str, Any], ppi: float = 96) -> list[bytes]:
        """A picture of each page. Raises FontsMissing."""
        return self._set(template, values, format="png", ppi=ppi)

    def _set(self, template: str, values: Mapping[str, Any], **how: Any) -> list[bytes]:
        inputs = {"values": told(values), "faces": told(self.faces)}
        with self._setting:
            made = self._compiler.compile(TEMPLATES / f"{template}.typ", sys_inputs=inputs, **how)
        assert made is not None
        return made if isinstance(made, list) else [made]

    @cached_property
    def maker(self) -> str:
        """What sets: typst's version and a digest of the font files in use."""
        digest = hashlib.sha256()
        for path in self._font_files():
            digest.update(path.read_bytes())
        return f"typst {version('typst')}, fonts {digest.hexdigest()[:12]}"

    @cached_property
    def faces(self) -> dict[str, list[str]]:
        """The families in use, by role. Raises FontsMissing."""
        there = set(self._fonts.families())
        found = {role: [one for one in wanted if one in there][:1] for role, wanted in FACES.items()}
        any_one = next((one for one in found.values() if one), None)
        if any_one is None:
            raise FontsMissing(self.font_folder)
        return {role: one or found["fang"] or any_one for role, one in found.items()}

    def _font_files(self) -> list[Path]:
        used = {one for families in self.faces.values() for one in families}
        files = {Path(font.path) for font in self._fonts.fonts() if font.family in used and font.path}
        return sorted(files, key=lambda path: path.name)

    @cached_property
    def _fonts(self) -> typst.Fonts:
        return typst.Fonts(
            include_system_fonts=True,
            include_embedded_fonts=False,
            font_paths=[self.font_folder] if self.font_folder else [],
        )

    @cached_property
    def _compiler(self) -> typst.Compiler:
        nowhere = (
            TEMPLATES / "packages"
        )  # templates import none; a package is looked for here and nowhere else
        return typst.Compiler(
            root=TEMPLATES,
            font_paths=self._fonts,
            ignore_system_fonts=True,
            package_path=nowhere,
            package_cache_path=nowhere,
        )


@cache
def typesetter(font_folder: Path | None = None) -> Typesetter:
    """The typesetter of this process: finding fonts anew for everybody would take a quarter of a second each time."""
    return Typesetter(font_folder)


def told(values: Mapping[str, Any]) -> str:
    """Values in their one written form: the same values always give the same text."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def wording(template: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the words of a letter: its template, and what stands in it. Independent of fonts and of typst."""
    source = (TEMPLATES / f"{template}.typ").read_bytes()
    return hashlib.sha256(source + b"\0" + told(values).encode()).hexdigest()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
