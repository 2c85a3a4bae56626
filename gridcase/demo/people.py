"""The demonstration's people: officials with accounts and posts, citizens whose names the subjects store keeps.

All are invented: phones begin with 000, identity numbers with the area 99, which is not in use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from domain.actor import Actor
from domain.terms import Role as R
from domain.terms import UnitKind as K
from eventlog.identity import Identity
from gridcase.demo.district import COUNTY, INTO, MERGED, District, Place, places

SURNAMES: Final = [
    "王wang",
    "李li",
    "张zhang",
    "刘liu",
    "陈chen",
    "杨yang",
    "黄huang",
    "赵zhao",
    "周zhou",
    "吴wu",
    "徐xu",
    "孙sun",
    "马ma",
    "朱zhu",
    "胡hu",
    "郭guo",
    "何he",
    "林lin",
    "罗luo",
    "郑zheng",
    "梁liang",
    "谢xie",
    "宋song",
    "唐tang",
    "沈shen",
    "韩han",
    "冯feng",
    "邓deng",
    "曹cao",
    "彭peng",
    "曾zeng",
    "萧xiao",
    "田tian",
    "董dong",
    "袁yuan",
    "潘pan",
    "蒋jiang",
    "蔡cai",
    "余yu",
    "杜du",
]
GIVEN: Final = [
    "梅mei",
    "建国jianguo",
    "秀英xiuying",
    "志远zhiyuan",
    "丽娟lijuan",
    "卫东weidong",
    "晓燕xiaoyan",
    "海涛haitao",
    "桂兰guilan",
    "文斌wenbin",
    "春华chunhua",
    "永康yongkang",
    "素琴suqin",
    "立群liqun",
    "雪芬xuefen",
    "国庆guoqing",
    "慧敏huimin",
    "长林changlin",
    "月娥yuee",
    "思源siyuan",
    "美珍meizhen",
    "振华zhenhua",
    "彩霞caixia",
    "少平shaoping",
    "红霞hongxia",
    "明远mingyuan",
    "巧云qiaoyun",
    "德顺deshun",
    "玉兰yulan",
    "景行jingxing",
    "爱华aihua",
    "守仁shouren",
    "小满xiaoman",
    "学军xuejun",
    "凤仙fengxian",
    "如松rusong",
    "兰芳lanfang",
    "大勇dayong",
    "静怡jingyi",
    "广生guangsheng",
    "银花yinhua",
    "立夏lixia",
    "友良youliang",
    "淑贞shuzhen",
    "宏达hongda",
    "莲香lianxiang",
    "一鸣yiming",
]
CITIZENS: Final = [
    "阿土",
    "阿福",
    "根水",
    "水根",
    "金宝",
    "银娣",
    "招弟",
    "来顺",
    "福泉",
    "连生",
    "雨来",
    "石头",
    "小芹",
    "桃花",
    "九斤",
    "百顺",
    "荷花",
    "木林",
    "有田",
    "招财",
    "秋生",
    "冬梅",
    "三妹",
    "火根",
    "大丫",
    "丰收",
    "长庚",
    "麦香",
    "满仓",
    "稻香",
]
FIRMS: Final = [
    "禾裕服饰",
    "锦越五金",
    "澄丰食品",
    "枫达机械",
    "云坪茶业",
    "柳韵家纺",
    "望澜物业",
    "竹海建材",
    "恒坪建筑劳务",
    "溆源水产",
]

POSTS: Final = {
    # kind of unit -> (post, title, how many)
    K.GRID: ((R.REPORTER, "网格员", 1),),
    K.VILLAGE: ((R.UNIT_HEAD, "村党组织书记", 1), (R.INTAKE, "村级值班员", 1)),
    K.COMMUNITY: ((R.UNIT_HEAD, "社区党组织书记", 1), (R.INTAKE, "社区值班员", 1)),
    K.COMMITTEE: ((R.MEDIATOR, "人民调解员", 2),),
    K.STUDIO: ((R.MEDIATOR, "老娘舅调解员", 1),),
    K.ENTERPRISE_COMMITTEE: ((R.MEDIATOR, "企业调解员", 2),),
    K.LINKAGE_ROOM: ((R.INTAKE, "110联动登记员", 1), (R.MEDIATOR, "驻所调解员", 1)),
    K.SUBDISTRICT: ((R.UNIT_HEAD, "街道办事处主任", 1), (R.SPONSOR, "街道党工委副书记", 1)),
    K.TOWN: ((R.UNIT_HEAD, "镇长", 1), (R.SPONSOR, "镇党委副书记", 1)),
    K.RURAL_TOWNSHIP: ((R.UNIT_HEAD, "乡长", 1), (R.SPONSOR, "乡党委副书记", 1)),
    K.CENTRE: (
        (R.UNIT_HEAD, "中心主任", 1),
        (R.MEDIATOR, "专职调解员", 2),
        (R.HANDLER, "承办人", 2),
        (R.INTAKE, "登记员", 1),
    ),
    K.BUREAU: (
        (R.UNIT_HEAD, "局长", 1),
        (R.HANDLER, "承办人", 2),
        (R.INTAKE, "登记员", 1),
        (R.REVIEWER, "复查复核员", 1),
    ),
    K.COUNTY: (
        (R.UNIT_HEAD, "副县长", 1),
        (R.SPONSOR, "县委常委", 1),
        (R.SUPERVISOR, "县督查室督查员", 2),
        (R.AUDITOR, "审计员", 1),
        (R.PRIVACY_OFFICER, "个人信息保护负责人", 1),
        (R.POLICY_ADMIN, "时限政策管理员", 1),
        (R.ORG_ADMIN, "组织机构管理员", 1),
    ),
    K.CITY: ((R.UNIT_HEAD, "副市长", 1),),
}
WINDOW: Final = ((R.INTAKE, "信访窗口登记员", 1),)


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody who works in a unit: the account, the name shown, the post that gives the right, and its title."""

    user: str
    name: str
    post: R
    unit: str
    title: str


def officials() -> Iterator[Official]:
    """Everybody with an account, unit by unit; the same people every time."""
    used: set[str] = set()
    number = 0
    for place in places():
        for post, title, count in _posts(place):
            for _ in range(count):
                while True:
                    surname = SURNAMES[number % len(SURNAMES)]
                    given = GIVEN[(number * 7 + number // len(SURNAMES)) % len(GIVEN)]
                    number += 1
                    user = f"{surname[1:]}.{given.lstrip(_han(given))}"
                    if user not in used:
                        break
                used.add(user)
                yield Official(user, surname[0] + _han(given), post, place.code, title)


def _posts(place: Place) -> tuple[tuple[R, str, int], ...]:
    return WINDOW if place.name.endswith("信访窗口") else POSTS[place.kind]


def _han(word: str) -> str:
    return "".join(c for c in word if not c.isascii())


class Staff:
    """Who is there in a unit on a day. People of a unit that was merged work where it went."""

    def __init__(self, district: District) -> None:
        self.district = district
        self._in: dict[tuple[str, R], list[Official]] = defaultdict(list)
        self._at: dict[tuple[str, R], list[Official]] = defaultdict(list)  # by territory, its bodies included
        host = {p.code: p.code if p.kind in _TERRITORIES else p.parent for p in places()}
        self.everybody = tuple(officials())
        self.by_user = {one.user: one for one in self.everybody}
        for one in self.everybody:
            self._in[one.unit, one.post].append(one)
            self._at[host[one.unit], one.post].append(one)

    @property
    def admin(self) -> Official:
        """Who keeps the register of units."""
        return self._in[COUNTY, R.ORG_ADMIN][0]

    def of(self, unit: str, post: R) -> list[Official]:
        """Those in this post of the unit, else of the territory that it belongs to."""
        unit = self.district.standing(unit)
        return self._in.get((unit, post)) or self._at[self.district.territory(unit), post]

    def all(self, territory: str, post: R) -> list[Official]:
        """Those in this post of a territory and of the bodies attached to it."""
        territory = self.district.standing(territory)
        came = self._at[MERGED, post] if territory == INTO == self.district.standing(MERGED) else []
        return [*self._at[territory, post], *came]

    def actor(self, one: Official) -> Actor:
        return Actor(one.user, one.post, self.district.standing(one.unit))


_TERRITORIES = frozenset(
    {K.CITY, K.COUNTY, K.SUBDISTRICT, K.TOWN, K.RURAL_TOWNSHIP, K.VILLAGE, K.COMMUNITY, K.GRID}
)


def citizen(subject: str, rng: Random, home: str) -> Identity:
    """A person behind a reference. `home` is the name of the grid they live in."""
    name = rng.choice(SURNAMES)[0] + rng.choice(CITIZENS)
    born = f"{rng.randint(1945, 2002)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    number = f"990121{born}{rng.randint(0, 999):03}X"
    phone = f"000{rng.randint(0, 99_999_999):08}"
    return Identity(subject, "person", name, number, phone, f"澄禾县{home}{rng.randint(1, 180)}号")


def firm(subject: str, rng: Random, home: str) -> Identity:
    """An enterprise behind a reference."""
    name = f"澄禾县{rng.choice(FIRMS)}有限公司"
    phone = f"000{rng.randint(0, 99_999_999):08}"
    return Identity(
        subject,
        "organisation",
        name,
        f"99{rng.randint(0, 10**16 - 1):016}",
        phone,
        f"澄禾县{home}工业路{rng.randint(1, 90)}号",
    )
