"""The operating system says who asks; the environment does not."""

from __future__ import annotations

import os
import pwd

import pytest

from privet.adapters.identity.os_user import OsUser
from privet.model.errors import Unavailable


def test_the_environment_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    login = pwd.getpwuid(os.getuid()).pw_name
    principal = OsUser().principal()
    assert principal.name == f"os:{login}"
    assert principal.attributes["user"] == login
    assert "somebody-else" not in str(principal)


def test_a_user_without_a_name_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_001)
    with pytest.raises(Unavailable, match="4000000001"):
        OsUser().principal()
