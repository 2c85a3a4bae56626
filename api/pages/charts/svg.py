"""SVG as markup: elements, and the frame that says in words what is drawn. Everything that goes in is escaped.

Give classes, never `style`: the content security policy forbids it, in SVG too.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: `x` and `width` are shares of the whole width, `y` and `height` are em."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


def element(name: str, *inside: str, **attributes: Value) -> Markup:
    """An element. `class_` is `class`, other underscores are hyphens; what is "" is left out."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value != ""
    )
    within = "".join(escape(each) for each in inside)
    return Markup(f"<{name}{said}>{within}</{name}>" if within else f"<{name}{said}/>")


def across(share: float) -> str:
    """A share of the width: 0.25 is "25%". In steps of a thousandth: what is finer nobody sees, and it is sent."""
    return f"{round(share * 100, 1):g}%"


def down(ems: float) -> str:
    return f"{round(ems, 2):g}em"


def rect(box: Box, class_: str, tip: str = "") -> Markup:
    inside = (element("title", tip),) if tip else ()
    return element(
        "rect", *inside, class_=class_, x=across(box.x), y=down(box.y), width=across(box.width),
        height=down(box.height),
    )  # fmt: skip


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", class_=class_, x1=across(x1), y1=down(y1), x2=across(x2), y2=down(y2))


def dot(x: float, y: float, radius: float, class_: str, tip: str = "") -> Markup:
    inside = (element("title", tip),) if tip else ()
    return element("circle", *inside, class_=class_, cx=across(x), cy=down(y), r=down(radius))


def text(x: float, y: float, said: str, class_: str = "", anchor: str = "", more: str = "") -> Markup:
    """Words on a line at `y`; `anchor` is start (left out), middle or end. `more` is left out where there is no room."""
    return element(
        "text",
        said,
        *([element("tspan", more)] if more else []),
        class_=class_,
        x=across(x),
        y=down(y),
        text_anchor=anchor,
    )


def picture(id: str, kind: str, height: float, title: str, told: str, *inside: str) -> Markup:
    """The whole picture: `title` names it, `told` says in a sentence what somebody who does not see it would miss.

    `id` must be the only one of its kind on the page.
    """
    return element(
        "svg", element("title", title, id=f"{id}-title"), element("desc", told, id=f"{id}-told"), *inside,
        class_=f"picture {kind}", role="img", aria_labelledby=f"{id}-title {id}-told", width="100%",
        height=down(height), xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip
