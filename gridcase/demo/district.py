"""The demonstration's district: an invented county, its townships, villages and grids, and the bodies attached to them.

Every name is made up and every code begins with 99, which the national list of areas does not use. No real place here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.case import Entry
from domain.organisation import Organisation
from domain.terms import UnitKind as K
from gridcase.demo.clock import DemoClock
from workflows.reference import Reference

CITY, COUNTY = "990100", "990121"
PETITION_OFFICE, COUNTY_CENTRE, LINKAGE_ROOM = f"{COUNTY}-XF", f"{COUNTY}-ZX", f"{COUNTY}-110"
CITY_PETITION_OFFICE = f"{CITY}-XF"
FOUNDED: Final = date(2012, 1, 1)

TOWNSHIPS: Final = (
    # code suffix, name, kind, class, villages
    (
        "001",
        "望禾街道",
        K.SUBDISTRICT,
        1,
        "锦栖社区 禾苑社区 澄湖社区 南塘埂社区 枕河社区 百果园社区 西沐桥社区",
    ),
    ("100", "锦塘埠镇", K.TOWN, 1, "锦埠社区 上塘埠村 下塘埠村 柘木村 新枫坞村 钱家渡村 菱角浜村"),
    ("101", "枫溆镇", K.TOWN, 2, "枫溆村 北溆村 白鹭湾村 石碾头村 荷叶地村 大樟下村 双井沿村"),
    ("102", "柳渡桥镇", K.TOWN, 2, "柳渡村 渡东村 渡西村 麦笼村 竹篷村 桑园里村 马家埭村"),
    ("200", "云岫坪乡", K.RURAL_TOWNSHIP, 3, "云岫村 坪上村 坪下村 茶亭岙村 石门槛村 梨树坳村"),
    ("201", "竹岭背乡", K.RURAL_TOWNSHIP, 3, "竹岭村 岭背村 乌石涧村 水口庙村 板栗坑村 长弄堂村"),
)
BUREAUS: Final = (
    ("XF", "信访局"),
    ("SF", "司法局"),
    ("RS", "人力资源和社会保障局"),
    ("ZR", "自然资源和规划局"),
    ("ZJ", "住房和城乡建设局"),
    ("NY", "农业农村局"),
    ("HB", "生态环境局"),
    ("ZF", "政法委员会"),
)
MERGED, INTO = "990121102207", "990121102206"  # 马家埭村 goes into 桑园里村
RENAMED, NEW_NAME = "990121101202", "北溆新村"


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as it is founded."""

    code: str
    name: str
    kind: K
    parent: str = ""
    township_class: int | None = None
    population: int | None = None


def places() -> Iterator[Place]:
    """All units, those above before those below. Bodies have their host's code and a suffix."""
    yield Place(CITY, "临澄市", K.CITY)
    yield Place(CITY_PETITION_OFFICE, "临澄市信访局", K.BUREAU, CITY)
    yield Place(COUNTY, "澄禾县", K.COUNTY, CITY, population=436_000)
    yield Place(COUNTY_CENTRE, "澄禾县社会治理中心", K.CENTRE, COUNTY)
    yield Place(LINKAGE_ROOM, "澄禾县公安局110联动调解室", K.LINKAGE_ROOM, COUNTY)
    for suffix, name in BUREAUS:
        yield Place(f"{COUNTY}-{suffix}", f"澄禾县{name}", K.BUREAU, COUNTY)
    for t, (suffix, name, kind, peers, villages) in enumerate(TOWNSHIPS):
        code = COUNTY + suffix
        yield Place(code, name, kind, COUNTY, peers, 92_000 - 11_500 * t)
        yield Place(f"{code}-ZX", f"{name}社会治理中心", K.CENTRE, code)
        yield Place(f"{code}-TW", f"{name}人民调解委员会", K.COMMITTEE, code)
        yield Place(f"{code}-XF", f"{name}信访窗口", K.CENTRE, code)
        for v, village in enumerate(villages.split(), 1):
            yield from _village(code, 200 + v, village, 2_900 - 180 * t + 37 * v)
    yield Place(f"{COUNTY}100-QY", "锦塘埠镇工业园企业人民调解委员会", K.ENTERPRISE_COMMITTEE, f"{COUNTY}100")
    yield Place(f"{COUNTY}001-LNJ", "望禾街道老娘舅工作室", K.STUDIO, f"{COUNTY}001")
    yield Place(f"{COUNTY}101201-LNJ", "枫溆村老娘舅工作室", K.STUDIO, f"{COUNTY}101201")


def _village(township: str, number: int, name: str, population: int) -> Iterator[Place]:
    code = f"{township}{number}"
    yield Place(
        code, name, K.COMMUNITY if name.endswith("社区") else K.VILLAGE, township, population=population
    )
    yield Place(f"{code}-TW", f"{name}人民调解委员会", K.COMMITTEE, code)
    for grid in range(1, 5):
        yield Place(f"{code}{grid:03}", f"{name}第{'一二三四'[grid - 1]}网格", K.GRID, code)


GRIDS: Final = tuple(place.code for place in places() if place.kind is K.GRID)


def found(reference: Reference, entry: Entry) -> int:
    """Create every unit, valid from years ago. Answers how many there are."""
    return sum(
        reference.create_unit(
            p.code, p.name, p.kind, effective=FOUNDED, entry=entry, parent=p.parent,
            township_class=p.township_class, population=p.population,
        )
        for p in places()
    )  # fmt: skip


def merge_villages(reference: Reference, entry: Entry, on: date) -> None:
    """撤并: one village goes into its neighbour, and its grids and its committee with it."""
    for grid in (f"{MERGED}{n:03}" for n in range(1, 5)):
        reference.change_unit(grid, "move", effective=on, entry=entry, parent=INTO)
    reference.change_unit(f"{MERGED}-TW", "merge_into", effective=on, entry=entry, into=f"{INTO}-TW")
    reference.change_unit(MERGED, "merge_into", effective=on, entry=entry, into=INTO)


def rename_village(reference: Reference, entry: Entry, on: date) -> None:
    """更名: the code stays, so every case stays findable under it."""
    reference.change_unit(RENAMED, "rename", effective=on, entry=entry, name=NEW_NAME)


class District:
    """Finds the way in the district on a day, by whatever the organisation has become."""

    def __init__(self, reference: Reference, clock: DemoClock) -> None:
        self.reference, self.clock = reference, clock

    @property
    def units(self) -> Organisation:
        return self.reference.organisation()

    def standing(self, code: str) -> str:
        """The unit that goes on as this one today."""
        return self.units.successor(code, self.clock.day) or code

    def name(self, code: str) -> str:
        return self.units.get(self.standing(code), self.clock.day).name

    def village(self, grid: str) -> str:
        return self.units.parent(grid, self.clock.day)

    def township(self, grid: str) -> str:
        return self.units.parent(self.village(grid), self.clock.day)

    def territory(self, code: str) -> str:
        return self.units.host(self.standing(code), self.clock.day)
