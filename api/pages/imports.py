"""Import by hand: a file and its mapping, first checked without writing, then carried out, with progress and a report."""

from __future__ import annotations

from typing import Any, Final, cast

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.access.sight import authority, demand
from api.access.signed import Me, Signed
from api.context import Context
from api.here import Here
from api.imports.work import KINDS, Kind, Works, plain_name
from api.pages.live import Live
from api.pages.shell import page, see_other
from domain.actor import Actor
from domain.rule import Title
from workflows.authority import Area

router = APIRouter()

NAMED: Final = {
    "cases": Title("案件历史（CSV、XLSX、XES）", "Histories of cases (CSV, XLSX, XES)"),
    "units": Title("单位（CSV、XLSX）", "Units (CSV, XLSX)"),
    "calendar": Title("年度放假安排（TOML、JSON）", "A year's holidays (TOML, JSON)"),
}
COUNTED: Final = {
    "cases": Title("案件", "Cases"),
    "source_events": Title("文件中的事项", "Events in the file"),
    "recorded_events": Title("写入（或将写入）的事项", "Events recorded (or to be recorded)"),
    "already_present": Title("之前已有的事项", "Events that were there before"),
    "created": Title("新设（或将新设）的单位", "Units created (or to be created)"),
    "unchanged": Title("没有变化的单位", "Units that were there just so"),
    "changed": Title("有变化的年份", "Years that change"),
    "version": Title("日历版本", "Version of the calendar"),
}
NO_FILE: Final = Title("请选择文件。", "Choose a file.")
NO_MAPPING: Final = Title(
    "请选择映射文件，它说明每一列是什么。", "Choose the mapping file: it tells what each column is."
)
NO_KIND: Final = Title("请选择导入什么。", "Choose what is imported.")
SHOWN: Final = 200  # rejected rows on the page
LONGEST_MAPPING: Final = 1_000_000  # bytes


@router.get("/imports")
def imports(request: Request, context: Here, me: Me) -> Response:
    return page(
        request,
        context,
        me,
        "imports.html",
        kinds=NAMED,
        mine=works(request).of(administrator(context, me).user),
        wrong={},
        chosen="",
    )


@router.post("/imports")
async def begin(request: Request, context: Here, me: Me) -> Response:
    """Keep the file and check it."""
    actor, form = administrator(context, me), await request.form()
    kind, file, mapping = form.get("kind"), form.get("file"), form.get("mapping")
    wrong = {}
    if kind not in KINDS:
        wrong["kind"] = NO_KIND
    if not isinstance(file, UploadFile) or not file.filename:
        wrong["file"] = NO_FILE
    with_mapping = isinstance(mapping, UploadFile) and bool(mapping.filename)
    if kind != "calendar" and not with_mapping:
        wrong["mapping"] = NO_MAPPING
    told = await mapping.read(LONGEST_MAPPING + 1) if with_mapping else b""  # type: ignore[union-attr]
    if len(told) > LONGEST_MAPPING:
        wrong["mapping"] = NO_MAPPING
    there = works(request)
    if wrong:
        return page(
            request, context, me, "imports.html", status=422, kinds=NAMED, mine=there.of(actor.user), wrong=wrong,
            chosen=kind,
        )  # fmt: skip
    upload = cast(UploadFile, file)
    work = await run_in_threadpool(
        there.begin,
        cast(Kind, kind),
        plain_name(str(upload.filename)),
        upload.file,
        told,
        actor,
        context.now(),
    )
    return see_other(f"/imports/{work.id}")


@router.get("/imports/{id}")
def standing(request: Request, context: Here, me: Me, id: str) -> Response:
    """How far it is; when it was checked, what would be written."""
    work = works(request).get(id, administrator(context, me).user)
    counts: list[tuple[Title, Any]] = [
        (COUNTED[name], value) for name, value in work.report.items() if name in COUNTED
    ]
    rejected = work.report.get("rejected", [])
    return page(
        request, context, me, "import.html", work=work, kind=NAMED[work.kind], counts=counts, rejected=rejected[:SHOWN],
        more=max(0, len(rejected) - SHOWN), live=Live(every=1),
    )  # fmt: skip


@router.post("/imports/{id}/run")
def run(request: Request, context: Here, me: Me, id: str) -> Response:
    there = works(request)
    there.carry_out(there.get(id, administrator(context, me).user))
    return see_other(f"/imports/{id}")


def works(request: Request) -> Works:
    return cast(Works, request.app.state.imports)


def administrator(context: Context, me: Signed) -> Actor:
    """Raises NotYourTurn for any other post."""
    actor = me.actor()
    demand(authority(context, me).administers(Area.IMPORTS, actor, actor.unit), "import", "import")
    return actor
