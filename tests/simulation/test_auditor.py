"""The auditor stands on its own, and sees what it is there to see."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PRODUCT = {"loyalty", "terminal_app", "sync_server", "drivers"}
AUDITOR = (
    "auditor.py",
    "audit_awards.py",
    "audit_books.py",
    "audit_chains.py",
    "audit_effects.py",
    "audit_forks.py",
    "audit_promises.py",
    "audit_rights.py",
    "audit_spending.py",
    "audit_standings.py",
    "audit_sums.py",
    "audit_told.py",
    "evidence.py",
    "witness.py",
)


@pytest.mark.parametrize("name", AUDITOR)
def test_the_auditor_shares_no_code_with_the_product(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((HERE / name).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not {module.partition(".")[0] for module in imported} & PRODUCT
    ours = {module for module in imported if module.startswith("tests.")}
    assert {module.rpartition(".")[2] + ".py" for module in ours} <= set(AUDITOR)
