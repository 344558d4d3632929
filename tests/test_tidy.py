"""The house rules that a machine can check; docs and reviewers carry the rest."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
IMPORT_ROOTS = ("protos", "domain", "server", "clients")
LONGEST_FILE_LINES = 450
TOPIC = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]*")

# Reading a clock: `datetime.now()`, `date.today()`, `time.time()` and the database's own.
CLOCK_READING = re.compile(
    r"(?:^|\.)(?:datetime|date)\.(?:now|utcnow|today)$|^time\.(?:time|time_ns)$|(?:^|\.)func\.now$"
)
# A folder of somebody's machine. Written so that this file does not match itself.
MACHINE_PATH = re.compile(r"(?<![\w.~}-])/(?:root|hom[e]|Users|work|opt|mnt)/")
# A package registry: the lock holds hashes, and whoever installs chooses where the files come from.
REGISTRY_HOST = re.compile(r"p[y]pi\.org|p[y]thonhosted|n[p]mjs\.|deb\.d[e]bian|c[r]ates\.io", re.IGNORECASE)


# What make, the tools and the server leave behind.
NOT_OURS = {".git", ".venv", ".hypothesis", "__pycache__", "build", "dist", "var"}


@cache
def project_files() -> tuple[Path, ...]:
    """Every text file of the project, generated ones among them; no caches and no environment."""
    found = []
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = sorted(name for name in subfolders if name not in NOT_OURS and not name.endswith("_cache"))
        found += [Path(folder, name) for name in sorted(names) if name not in NOT_OURS]
    return tuple(path for path in found if b"\0" not in path.read_bytes())


def is_generated(path: Path) -> bool:
    return re.search(r"_pb2(_grpc)?\.pyi?$", path.name) is not None


def python_files(*folders: str) -> Iterator[Path]:
    """The hand-written Python files under these top-level folders (all folders, where none is named)."""
    for path in project_files():
        top = path.relative_to(ROOT).parts[0]
        if path.suffix == ".py" and not is_generated(path) and (not folders or top in folders):
            yield path


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def at(path: Path, node: ast.AST | int) -> str:
    """Where a rule is broken, as editors understand it."""
    return f"{path.relative_to(ROOT)}:{node if isinstance(node, int) else getattr(node, 'lineno', 1)}"


def lines_matching(pattern: re.Pattern[str], files: Iterator[Path]) -> list[str]:
    return [
        f"{at(path, number)}: {line.strip()[:120]}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_float_lives_in_the_domain() -> None:
    found = [at(path, node) for path in python_files("domain") for node in ast.walk(parse(path)) if is_float(node)]
    assert found == []


def is_float(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=float()) | ast.Name(id="float"):
            return True
        case ast.Call(func=ast.Name(id="int" | "round"), args=[ast.BinOp(op=ast.Div()), *_]):
            return True  # int(a / b) rounds a float: // is exact, and Fraction has its own floor
    return False


def test_no_amount_is_typed_or_turned_into_a_float_anywhere() -> None:
    found = [at(path, node) for path in python_files() for node in ast.walk(parse(path)) if makes_money_float(node)]
    assert found == []


def makes_money_float(node: ast.AST) -> bool:
    match node:
        case ast.AnnAssign(annotation=kind) | ast.arg(annotation=ast.expr() as kind):
            name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
            return "_minor" in name and re.search(r"\bfloat\b", ast.unparse(kind)) is not None
        case ast.Call(func=ast.Name(id="float"), args=[argument, *_]):
            return "minor" in ast.unparse(argument)
    return False


def test_only_the_clock_module_reads_the_clock() -> None:
    found = [
        at(path, node)
        for path in python_files(*IMPORT_ROOTS)
        if path.name != "clock.py"
        for node in ast.walk(parse(path))
        if reads_clock(node)
    ]
    assert found == []


def reads_clock(node: ast.AST) -> bool:
    match node:
        case ast.Attribute():
            return CLOCK_READING.search(ast.unparse(node)) is not None
        case ast.ImportFrom(module="time", names=names):
            return any(name.name in {"time", "time_ns"} for name in names)
    return False


@pytest.mark.parametrize("root", IMPORT_ROOTS)
def test_the_namespace_has_no_init_in_any_import_root(root: str) -> None:
    assert not (ROOT / root / "award_ledger" / "__init__.py").exists()


@pytest.mark.parametrize("room", ["protos/award_ledger/v1", *(f"{r}/award_ledger/{r}" for r in IMPORT_ROOTS[1:])])
def test_every_room_is_a_typed_package(room: str) -> None:
    assert (ROOT / room / "__init__.py").is_file()
    assert (ROOT / room / "py.typed").is_file()


def test_every_event_has_its_own_versioned_topic() -> None:
    if importlib.util.find_spec("award_ledger.domain.events") is None:
        pytest.skip("no events yet")
    events: list[type] = list(importlib.import_module("award_ledger.domain.events").ALL_EVENTS)
    topics = [vars(event).get("TOPIC", "") for event in events]
    assert [(event, topic) for event, topic in zip(events, topics, strict=True) if not TOPIC.fullmatch(topic)] == []
    assert sorted(topics) == sorted(set(topics))


def test_every_module_says_what_it_is_for() -> None:
    assert [
        at(path, 1) for path in python_files() if path.read_text("utf-8").strip() and not ast.get_docstring(parse(path))
    ] == []


def test_no_file_grows_too_long() -> None:
    sources = (path for path in project_files() if path.suffix in {".py", ".proto", ".sql"} and not is_generated(path))
    lengths = {at(path, 1): len(path.read_text("utf-8").splitlines()) for path in sources}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE_LINES} == {}


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    assert lines_matching(MACHINE_PATH, iter(project_files())) == []


def test_no_file_names_a_package_registry() -> None:
    assert lines_matching(REGISTRY_HOST, iter(project_files())) == []


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.txt").read_text("utf-8")
    assert "://" not in lock
    pins = [line for line in lock.splitlines() if line[:1] not in {"", " ", "#"}]
    assert [pin for pin in pins if not pin.endswith("\\")] == []  # a pin goes on with its hashes


def test_the_stubs_are_what_the_protos_generate() -> None:
    run([sys.executable, "protos/generate.py", "--check"])


def test_the_import_contracts_are_kept() -> None:
    run([str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"])


def run(command: list[str]) -> None:
    """Run a tool at the root; its output is the failure's message."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
