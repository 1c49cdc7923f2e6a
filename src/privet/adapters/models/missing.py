"""What is said where a model's library is not installed."""

from __future__ import annotations

from privet.model.errors import Unavailable


def not_installed(library: str, extra: str) -> Unavailable:
    """The error: which library, and how it is had."""
    return Unavailable(
        f"{library} is not installed", hint=f'Install it: pip install "privet[{extra}]"'
    )
