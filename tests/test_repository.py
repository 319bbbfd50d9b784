"""What no tool checks: rules of the house that can be read off the files."""

from __future__ import annotations

import ast
import re
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from trustfund.ui import rooms
from trustfund.ui.management.commands import make_docs

ROOT = Path(__file__).resolve().parent.parent
APPS = ["trustfund", "grants", "donors", "ngos"]


def sources(*, migrations: bool = False) -> list[Path]:
    """Every Python file of the product."""
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if migrations or "migrations" not in path.parts]


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def offenders(pattern: str, files: list[Path], flags: int = 0) -> list[str]:
    """`file:line` of each match."""
    found = []
    for path in files:
        text = path.read_text()
        found += [f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}" for match in re.finditer(pattern, text, flags)]
    return found


def test_no_state_is_set_past_the_workflow():
    assert offenders(r"\.update\(\s*state\s*=|bulk_update\([^)]*[\"']state[\"']", sources()) == []


def test_nothing_near_money_is_a_float():
    """Points on paper are floats, in the primitives of documents alone; they get amounts as text, which the next test sees to."""
    found = offenders(r"\bfloat\(|FloatField|(?::|->) float\b|\[float\b", sources())
    assert [place for place in found if not place.startswith("trustfund/documents/")] == []


def test_no_amount_becomes_a_float_on_its_way_to_paper():
    """Nothing in documents turns a Decimal into a float: `float(` stands there once, for the height of the paper."""
    files = sorted((ROOT / "trustfund/documents").glob("*.py"))
    calls = [line.strip() for path in files for line in path.read_text().splitlines() if "float(" in line]
    assert calls == ["return float(self.paper[1]) - TOP - BOTTOM"]


LEDGER = {"Entry", "Line", "Seal", "Funding", "Allocation", "Reservation", "LedgerHead"}
LEDGER_ROOMS = ("trustfund.ledger", "trustfund.ledger.funding")
"""Where the models of the ledger's rows are."""
WRITES = {"create", "bulk_create", "update", "bulk_update", "get_or_create", "update_or_create", "delete", "save", "_raw_delete"}


def imported(tree: ast.Module, module: str, wanted: set[str]) -> set[str]:
    """The names under which a file has what it imports from a module, of what is wanted."""
    froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module]
    return {alias.asname or alias.name for node in froms for alias in node.names if alias.name in wanted}


def writers_of_the_ledger(tree: ast.Module) -> list[int]:
    """Lines that make or write a ledger row: the class is called, or a chain of calls that begins at it ends in a write."""
    names = {name for room in LEDGER_ROOMS for name in imported(tree, f"{room}.models", LEDGER)}
    models = {name for room in LEDGER_ROOMS for name in imported(tree, room, {"models"})}

    def is_ledger(node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in names
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in models:
            return node.attr in LEDGER
        return False

    def begins_there(node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
            if is_ledger(node):
                return True
            node = node.func if isinstance(node, ast.Call) else node.value
        return is_ledger(node)

    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [node.lineno for node in calls if is_ledger(node.func)]
    attributes = [(node.lineno, node.func) for node in calls if isinstance(node.func, ast.Attribute)]
    written = [line for line, function in attributes if function.attr in WRITES and begins_there(function.value)]
    return sorted({*made, *written})


def test_only_the_ledger_writes_ledger_rows():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if path.relative_to(ROOT).parts[:2] != ("trustfund", "ledger")
        for line in writers_of_the_ledger(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "text, lines",
    [
        ("from trustfund.ledger.models import Entry\nEntry.objects.create(reference='x')", [2]),
        ("from trustfund.ledger.models import Line as L\nL.objects.filter(pk=1).update(amount=1)", [2]),
        ("from trustfund.ledger.models import Entry\nEntry.objects.get(pk=1).save()", [2]),
        ("from trustfund.ledger.models import Seal\nmade = Seal(seq=1)", [2]),
        ("from trustfund.ledger import models\nmodels.Entry.objects.all().delete()", [2]),
        ("from trustfund.ledger.funding.models import Allocation\nAllocation.objects.create(position=1)", [2]),
        ("from trustfund.ledger.funding import models as acts\nacts.Funding.objects.all().delete()", [2]),
        ("from trustfund.ledger.models import Entry\nEntry.objects.filter(pk=1).count()", []),
        ("from trustfund.documents.typesetting import Line\nLine()", []),
    ],
)
def test_a_write_to_the_ledger_would_be_found(text, lines):
    assert writers_of_the_ledger(ast.parse(text)) == lines


def test_the_clock_is_the_only_clock():
    found = offenders(r"datetime\.now\(|timezone\.now\(|date\.today\(|datetime\.today\(|utcnow\(", sources())
    assert [place for place in found if not place.startswith("trustfund/clock.py")] == []


def test_there_is_no_admin_and_no_signal_receiver_of_our_own():
    assert offenders(r"django\.contrib\.admin|@receiver\(|\.connect\(\s*[a-z_]+\s*,\s*sender", sources()) == []


def test_only_one_package_provides_django_fsm():
    assert packages_distributions()["django_fsm"] == ["django-fsm-2"]


def test_every_requirement_is_a_range():
    """A version that nobody here has tried comes by a change of these files, never by the day on which they are installed."""
    lines = [line for name in ("requirements.txt", "requirements-dev.txt") for line in (ROOT / name).read_text().splitlines()]
    assert [line for line in lines if not line.startswith("-r ") and not re.fullmatch(r"[A-Za-z0-9\-\[\]]+>=[\d.]+,<[\d.]+", line)] == []


def test_every_component_used_exists():
    """A mistyped component fails only when it is rendered; so it is looked for here."""
    existing = {path.relative_to(ROOT / "templates/components").with_suffix("").as_posix().replace("/", ".").replace("_", "-")
                for path in (ROOT / "templates/components").rglob("*.html")}
    used = {name for path in templates() for name in re.findall(r"<c-([a-z][a-z0-9.\-]*)", path.read_text())} - {"vars", "slot"}
    assert used - existing == set()


@pytest.mark.parametrize("pattern", [r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", r"<style\b", r"\sstyle=", r"\son[a-z]+=\""])
def test_no_template_has_inline_script_or_style(pattern):
    assert offenders(pattern, templates()) == []


def test_no_template_marks_user_data_safe():
    assert offenders(r"\|\s*safe\b|autoescape off", templates()) == []


def test_every_room_says_what_is_in_it():
    assert [folder for app in APPS for folder, words in rooms.said(app) if not words] == []


def test_views_are_functions_of_at_most_thirty_lines():
    long = []
    for path in sources():
        if path.name != "views.py" and path.parent.name != "views":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 30:
                long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert long == []


BLOCKS = (ast.For, ast.While, ast.If, ast.With, ast.Try, ast.Match)


def lines_of_code(text: str) -> int:
    """Lines that are neither blank nor a comment nor part of a docstring."""
    strings = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    prose = {line for node in strings for line in range(node.lineno, node.end_lineno + 1)}
    rows = enumerate(text.splitlines(), 1)
    return sum(1 for number, row in rows if number not in prose and row.strip() and not row.strip().startswith("#"))


def depth(node: ast.AST, deep: int = 0) -> int:
    """How many blocks stand in each other at the most; `elif` stands beside its `if`."""
    chained = isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)
    inner = deep + isinstance(node, BLOCKS)
    held = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt | ast.excepthandler | ast.match_case)]
    return max((depth(each, inner - (chained and each is node.orelse[0])) for each in held), default=inner)


def too_much(path: Path) -> list[str]:
    """Modules of more than 400 lines of code, functions of more than 60 lines or nested more than three deep."""
    text = path.read_text()
    if text.count("\n") > 400 and lines_of_code(text) > 400:
        return [f"{path.relative_to(ROOT)} is long"]
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    found = [f"{node.name} is long" for node in functions if node.end_lineno - node.lineno >= 60]
    found += [f"{node.name} is deep" for node in functions if depth(node) > 3]
    return [f"{path.relative_to(ROOT)}: {each}" for each in found]


def test_modules_and_functions_stay_small():
    files = [*sources(), *(ROOT / "bench").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")]
    assert [each for path in files for each in too_much(path)] == []


@pytest.mark.parametrize(
    "text, found",
    [
        ("if a:\n for b in c:\n  if d:\n   e()", 3),
        ("if a:\n b()\nelif c:\n d()\nelif e:\n f()", 1),
        ("try:\n a()\nexcept E:\n with b:\n  c()", 2),
    ],
)
def test_the_depth_of_blocks_is_counted(text, found):
    assert depth(ast.parse(text)) == found


def test_no_machine_path_is_committed():
    files = [path for path in ROOT.rglob("*") if path.suffix in {".py", ".md", ".toml", ".html", ".txt", ".js", ".css"}]
    ours = [path for path in files if not {".venv", "var", "node_modules", ".git"} & set(path.relative_to(ROOT).parts)]
    assert offenders(r"/(?:work|root)/[a-z]", ours) == []


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []


def test_state_diagrams_name_states_only():
    """A transition that chooses its state, or keeps it, is drawn to states and never to what Python calls the choice."""
    arrows = [line for line in make_docs.states().splitlines() if "-->" in line]
    assert len(arrows) > 50
    assert [line for line in arrows if not re.fullmatch(r" +(\[\*\] --> [a-z_]+|[a-z_*+]+ --> [a-z_]+: [a-z_]+)", line)] == []
