"""A module fits in a head, a function on a screen."""

import ast
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 60


def too_long(name: str, source: str) -> list[str]:
    """Findings for one module's source, each naming what is too long and by how much."""
    findings = []
    lines = len(source.splitlines())
    if lines > MODULE_LINES:
        findings.append(f"{name}: {lines} lines, {MODULE_LINES} are allowed")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                findings.append(f"{name}: {node.name} has {length}, {FUNCTION_LINES} are allowed")
    return findings


def test_no_module_and_no_function_is_too_long(root: Path, packages: tuple[Path, ...]) -> None:
    findings = [
        finding
        for folder in (*packages, root / "tests")
        for path in sorted(folder.rglob("*.py"))
        for finding in too_long(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
    ]
    assert findings == []


def test_a_long_module_and_a_long_method_are_found() -> None:
    method = "class Till:\n    async def sell(self):\n" + "        pass\n" * FUNCTION_LINES
    assert too_long("till.py", method) == ["till.py: sell has 61, 60 are allowed"]
    assert too_long("till.py", "\n" * 401) == ["till.py: 401 lines, 400 are allowed"]
    assert too_long("till.py", method.removesuffix("        pass\n")) == []
