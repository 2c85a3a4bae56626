"""In whose name a letter is given: the full name of the organ behind a unit of the organisation.

A window, a centre or a studio is no organ: what it does is done in the name of the place that it belongs to.
"""

from __future__ import annotations

from datetime import date

from domain.organisation import Organisation
from domain.terms import Level, UnitKind

K = UnitKind

# What a place is called as an organ, after its own name.
GOVERNMENT = {
    K.CITY: "人民政府", K.COUNTY: "人民政府", K.TOWN: "人民政府", K.RURAL_TOWNSHIP: "人民政府",
    K.SUBDISTRICT: "办事处", K.VILLAGE: "村民委员会", K.COMMUNITY: "居民委员会",
}  # fmt: skip
COMMITTEE = "人民调解委员会"
COMMITTEES = (K.COMMITTEE, K.ENTERPRISE_COMMITTEE)


def government(units: Organisation, code: str, on: date) -> str:
    """The organ that handles petitions: a bureau itself, else the government of the place."""
    view = units.get(units.stand_in(code, on) or code, on)
    if view.kind is K.BUREAU:
        return full(units, view.code, view.name, on)
    host = units.get(units.host(view.code, on), on)
    return full(units, host.code, _called(host.name, GOVERNMENT.get(host.kind, "")), on)


def committee(units: Organisation, code: str, on: date) -> str:
    """The people's mediation committee: the unit itself, else the one attached to its place."""
    view = units.get(units.stand_in(code, on) or code, on)
    if view.kind in COMMITTEES:
        return full(units, view.code, view.name, on)
    host = units.get(units.host(view.code, on), on)
    attached = [units.get(child, on) for child in units.children(host.code, on)]
    own = [one for one in attached if one.kind is K.COMMITTEE]
    if len(own) == 1:
        return full(units, own[0].code, own[0].name, on)
    return full(units, host.code, _called(host.name, COMMITTEE), on)


def reviewer(units: Organisation, code: str, on: date) -> str:
    """The next higher organ, to which a review is asked for; "" where there is none above."""
    view = units.get(units.stand_in(code, on) or code, on)
    if view.kind is K.BUREAU:
        return government(units, view.parent, on)
    above = units.parent(units.host(view.code, on), on)
    return government(units, above, on) if above else ""


def full(units: Organisation, code: str, name: str, on: date) -> str:
    """The name with the places above it, up to its county: 澄禾县锦塘埠镇上塘埠村人民调解委员会."""
    for above in units.ancestors(code, on):
        view = units.get(above, on)
        if view.level > Level.COUNTY:
            break
        if not view.is_attached and not name.startswith(view.name):
            name = view.name + name
    return name


def _called(name: str, suffix: str) -> str:
    return name if name.endswith(suffix) else name + suffix
