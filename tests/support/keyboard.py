"""Somebody who has no pointer: Tab and Shift+Tab, Enter, Space, arrows, and what is typed. Never click in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import Locator, Page

MOST: Final = 250  # presses until something has to be reached
ALL: Final = object()  # every box of a list


@dataclass
class Keyboard:
    """A page as it is worked by its keyboard alone."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def skip(self) -> None:
        """Over the ways that every page has, to its text."""
        self.press("Tab")
        assert self.page.evaluate("document.activeElement.matches('.skip')"), "the first Tab offers to skip"
        self.press("Enter")

    def reach(self, target: Locator) -> None:
        """Tab until it has the focus; what is folded away is unfolded first."""
        one = target.first
        if not one.is_visible():
            self.reach(one.locator("xpath=ancestor::details[not(@open)][1]").locator("> summary"))
            self.press("Enter")
        for _ in range(MOST):
            if one.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not come to {one}")

    def follow(self, target: Locator) -> None:
        """A link, or a button that leads on."""
        self.reach(target)
        with self.page.expect_navigation():
            self.press("Enter")

    def put(self, name: str, value: Any) -> None:
        """Answer one question of a form, whatever it is asked with."""
        field = self.page.locator(f'[name="{name}"]')
        kind = field.first.evaluate("one => one.tagName === 'INPUT' ? one.type : one.tagName.toLowerCase()")
        match kind:
            case "radio":
                self._choose(field, str(value).lower() if isinstance(value, bool) else str(value))
            case "checkbox":
                for n in range(field.count() if value is ALL else 1):
                    self.reach(field.nth(n))
                    self.press("Space")
                    assert field.nth(n).is_checked()
            case "select":
                self.reach(field)
                self.press("Home")
                for _ in range(field.locator("option").count()):
                    if field.input_value() == value:
                        return
                    self.press("ArrowDown")
                assert field.input_value() == value
            case _:
                self.reach(field)
                self.press("Control+A")
                self.page.keyboard.type(str(value))

    def _choose(self, group: Locator, value: str) -> None:
        """One of a few: Tab comes to the group, arrows go through it."""
        name = group.first.get_attribute("name")
        for _ in range(MOST):
            if self.page.evaluate("document.activeElement.name") == name:
                break
            self.press("Tab")
        self.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate("document.activeElement.value") == value:
                break
            self.press("ArrowDown")
        assert self.page.evaluate("document.activeElement.checked && document.activeElement.value") == value
