"""Pieces of YAML text that mean the same to every reader, whatever the name inside."""

from __future__ import annotations

import re
import textwrap

from privet.model.policy import Scalar

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*|[1-9][0-9]*[dmwy]")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LONGEST_IMPLICIT_KEY = 400
"""YAML allows 1024 characters (YAML 1.2.2, 7.4.2); escapes can double what is written."""


def quote(text: str) -> str:
    """Return `text` as one double-quoted line, every character that does not print escaped."""
    return '"' + "".join(_escape(character) for character in text) + '"'


def scalar(value: Scalar) -> str:
    """Return `value` as a YAML scalar: plain where YAML 1.1 and 1.2 agree that it is text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_YAML:
        return value
    return quote(value)


def entry(key: str, value: str) -> str:
    """Return `key: value`; a key too long for one line takes YAML's explicit form.

    `value` is YAML text already.
    """
    if len(key) > _LONGEST_IMPLICIT_KEY:
        return f"? {scalar(key)}\n: {value}"
    return f"{scalar(key)}: {value}"


def flow_entry(key: str, value: str) -> str:
    """Return `key: value` as it stands inside braces; `value` is YAML text already."""
    if len(key) > _LONGEST_IMPLICIT_KEY:
        return f"? {scalar(key)} : {value}"
    return f"{scalar(key)}: {value}"


def comment(text: str, width: int = 96) -> str:
    """Return `text` as comment lines: no line of it can end the comment.

    White space is folded, and what does not print is escaped.
    """
    words = " ".join(text.split())
    safe = "".join(_escape(character, quotes=False) for character in words)
    lines = textwrap.wrap(safe, max(width - 2, 20), break_on_hyphens=False) or [""]
    return "\n".join(f"# {line}".rstrip() for line in lines)


def indent(text: str, levels: int) -> str:
    """Indent every line of `text` by `levels` of two spaces."""
    return textwrap.indent(text, "  " * levels)


def _escape(character: str, *, quotes: bool = True) -> str:
    if quotes and character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable() and character != "\ufeff":
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
