"""Every state × every trigger × every role of both case types, against text that a person has read."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.terms import Role
from workflows.dispute import DISPUTE
from workflows.drawing import LETTERS, matrix
from workflows.petition import PETITION
from workflows.table import Table

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("table", [DISPUTE, PETITION], ids=lambda table: table.case_type)
def test_the_matrix_is_the_one_that_was_reviewed(table: Table) -> None:
    golden = (GOLDEN / f"{table.case_type}_matrix.txt").read_text(encoding="utf-8")
    assert matrix(table) == golden, "A rule changed. Read the difference, then `make docs`."


def test_every_role_has_its_letter() -> None:
    assert set(LETTERS) == set(Role) and len(set(LETTERS.values())) == len(Role)
