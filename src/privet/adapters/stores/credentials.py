"""Credentials never stand in a URL, because URLs end up in messages and receipts."""

from __future__ import annotations

from urllib.parse import urlsplit

from privet.model.errors import UsageError


def refuse_credentials(url: str) -> None:
    """Refuse a URL with a user, a password or a signature in it.

    Raises:
        UsageError: it has; the message does not repeat it.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query:
        raise UsageError(
            f"a {parts.scheme}:// URL holds a user, a password or a query",
            hint="Take it out, and give credentials in the environment (AWS_*, GOOGLE_*, AZURE_*).",
        )
