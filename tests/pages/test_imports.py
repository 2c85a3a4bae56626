"""Import by hand: checked first, then carried out; what is wrong is told by line, field, value and remedy."""

from __future__ import annotations

import time
from typing import Any

from tests.imports.test_units import MAPPING
from tests.support.workbench import PageClient, Workbench, text_of

FILE = (
    "code,name,above,class,people\n77,山县,,,\n7701,河镇,77,一类,\n770101,东村,7701,,340\n770102,,7701,,9\n"
)


def sent(client: PageClient, kind: str, file: str, mapping: str = MAPPING) -> Any:
    files = {"file": ("units.csv", file.encode()), "mapping": ("m.toml", mapping.encode())}
    return client.client.post("/imports", data={"csrf": client.csrf, "kind": kind}, files=files)


def ended(client: PageClient, path: str) -> str:
    for _ in range(200):
        page = client.get(path)
        if "http-equiv" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def test_a_file_is_checked_first_and_imported_on_demand(bench: Workbench) -> None:
    organisation = bench.service.reference.organisation
    with bench.client("admin") as client:
        where = sent(client, "units", FILE).headers["Location"]
        checked = text_of(ended(client, where))
        assert "检查完了，还没有写入" in checked and "被拒绝的行" in checked
        assert not organisation().exists("7701")
        assert client.post(f"{where}/run", [("csrf", client.csrf)]).status_code == 303
        assert "导入完成" in text_of(ended(client, where))
        assert organisation().exists("770101")
        assert where in client.get("/imports")


def test_a_mapping_that_does_not_fit_says_what_is_wrong(bench: Workbench) -> None:
    with bench.client("admin") as client:
        where = sent(client, "units", FILE, MAPPING.replace('"above"', '"parent_code"')).headers["Location"]
        told = text_of(ended(client, where))
    assert "没有导入" in told and "parent_code" in told


def test_what_is_missing_is_asked_for_and_only_of_administrators(bench: Workbench) -> None:
    with bench.client("admin") as client:
        missing = client.post("/imports", [("csrf", client.csrf), ("kind", "cases")])
        assert missing.status_code == 422 and "请选择文件。" in missing.text
    with bench.client("wu.handler") as client:
        client.get("/imports", status=403)
