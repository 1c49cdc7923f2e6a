"""What the documents name is there: paths, links, make targets, verbs and their options, code."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main

from privet.cli.app import app

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "privet"
NAMED = ("README.md", "ARCHITECTURE.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")
DOCUMENTS = sorted(
    {ROOT / name for name in NAMED}
    | set((ROOT / "docs").glob("**/*.md"))
    | set((ROOT / "spec").glob("**/*.md"))
    | {ROOT / "verifier" / "README.md"}
)
TOP = {"src", "tests", "spec", "verifier", "bench", "docs", "examples", "requirements", ".ci"}
ROOMS = {path.name for path in CODE.iterdir() if (path / "__init__.py").is_file()}

LABELS = {"privet root key id v1"}
"""What begins like a command and is none: a label that goes into a hash."""

COMMAND: click.Command = typer.main.get_command(app)

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
DOTTED = re.compile(r"(?:privet\.)?([a-z_]+)((?:\.[A-Za-z_]+)+)")


def text_of(document: Path) -> str:
    if not document.is_file():
        pytest.skip(f"{document.name} is not written yet")
    return document.read_text(encoding="utf-8")


def inline(text: str) -> list[str]:
    """What stands in single backticks, outside code blocks."""
    return INLINE.findall(FENCE.sub("", text))


def commands(text: str) -> Iterator[str]:
    """Every command line that a document shows, in a block or in backticks."""
    blocks = [block for language, block in FENCE.findall(text) if language != "python"]
    indented = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    fenced = [row for block in blocks for row in block.splitlines()]
    for line in (*inline(text), *indented, *fenced):
        for part in re.split(r"\s*(?:&&|;|\|)\s*", line.strip().removeprefix("$ ")):
            yield part.partition("  #")[0]


def ids(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.fixture(params=DOCUMENTS, ids=ids)
def document(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def is_there(path: str) -> bool:
    found = [*ROOT.glob(path.rstrip("/")), *CODE.glob(path.rstrip("/"))]
    return bool(found) and (not path.endswith("/") or any(one.is_dir() for one in found))


def test_every_path_exists(document: Path) -> None:
    words = {word for code in inline(text_of(document)) for word in code.split()}
    paths = {
        word.rstrip(";,")
        for word in words
        if re.fullmatch(r"[\w./*-]+[\w/;,]", word)
        and (word.partition("/")[0] in TOP or re.fullmatch(r"[\w/*-]+/[\w*-]+\.py", word))
        and "/" in word
    }
    assert sorted(path for path in paths if not is_there(path)) == []


def test_every_link_leads_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(text_of(document)) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = [line.split() for line in commands(text_of(document)) if line.startswith("make ")]
    named = {word for words in called for word in words[1:] if re.fullmatch(r"[a-z-]+", word)}
    assert named <= targets


def test_every_verb_and_option_exists(document: Path) -> None:
    shown = set(commands(text_of(document))) - LABELS
    assert sorted(line for line in shown if not is_callable(line)) == []


def is_callable(line: str) -> bool:
    words = line.split()
    if not words or words[0] != "privet":
        return True
    command = COMMAND
    options = {"--help"}
    for word in words[1:]:
        options |= {name for each in command.params for name in each.opts}
        if not hasattr(command, "commands"):
            break
        if word.startswith("-"):
            continue
        if word not in command.commands:
            return False
        command = command.commands[word]
    options |= {name for each in command.params for name in each.opts}
    given = {word.partition("=")[0].rstrip("]") for word in words if word.startswith("--")}
    return given <= options


def test_every_name_of_code_exists(document: Path) -> None:
    missing = []
    for code in inline(text_of(document)):
        match = DOTTED.fullmatch(code)
        if match is None or match[1] not in ROOMS or code.endswith((".yaml", ".json")):
            continue
        if not resolves([match[1], *match[2][1:].split(".")]):
            missing.append(code)
    assert missing == []


def resolves(parts: list[str]) -> bool:
    """Whether `gate.grant.Grant.draw` is a module's attribute, however deep."""
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(["privet", *parts[:cut]]))
        except ModuleNotFoundError:
            continue
        for name in parts[cut:]:
            fields = getattr(found, "__dataclass_fields__", {})
            if not hasattr(found, name) and name not in fields:
                return False
            found = getattr(found, name, None)
        return True
    return False


def test_no_path_of_a_machine(document: Path) -> None:
    text = text_of(document)
    ours = {str(ROOT), str(ROOT.parent), str(Path.home())} - {"/"}
    assert [path for path in (*ours, "/home/", "/Users/") if f"{path.rstrip('/')}/" in text] == []


@pytest.mark.parametrize(
    ("line", "good"),
    [
        ("privet run research", True),
        ("privet keys add", True),
        ("privet verify . --key KEY", True),
        ("privet --help", True),
        ("privet fly", False),
        ("privet keys fly", False),
        ("privet run research --fly", False),
        ("pip install privet", True),
    ],
)
def test_the_check_of_verbs_tells_them_apart(line: str, *, good: bool) -> None:
    assert is_callable(line) is good


def test_the_check_of_names_tells_them_apart() -> None:
    assert resolves(["gate", "grant", "Grant", "draw"])
    assert not resolves(["gate", "grant", "Grant", "fly"])
    assert is_there("tests/docs/test_documents.py")
    assert not is_there("tests/docs/test_nothing.py")
