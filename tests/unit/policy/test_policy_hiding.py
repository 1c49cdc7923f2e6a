"""What hides a direct identifier: by name and by parameters."""

from __future__ import annotations

import pytest

from privet.model.policy import Scalar, Treatment
from privet.policy.hiding import hides


def treatment(name: str, **params: Scalar) -> Treatment:
    return Treatment(name, tuple(params.items()))


@pytest.mark.parametrize(
    "hiding",
    [
        treatment("drop"),
        treatment("redact", text="gone"),
        treatment("token", bits=256),
        treatment("mask", show_last=4),
        treatment("mask", show_first=2, show_last=2),
        treatment("truncate", kind="ip"),
        treatment("truncate", kind="ip", v4=16, v6=32),
        treatment("truncate", decimals=1),
    ],
)
def test_these_hide(hiding: Treatment) -> None:
    assert hides(hiding)


@pytest.mark.parametrize(
    "readable",
    [
        treatment("keep"),
        treatment("band", width=5),
        treatment("shift", days=30),
        treatment("mask", show_first=10, show_last=4),
        treatment("mask", show_last="all"),
        treatment("truncate", length=64),
        treatment("truncate", length=3),
        treatment("truncate", kind="ip", v4=32),
        treatment("truncate", kind="ip", v6=64),
        treatment("truncate", decimals=6),
        treatment("truncate", to="day"),
        treatment("something-new"),
    ],
)
def test_these_do_not(readable: Treatment) -> None:
    assert not hides(readable)
