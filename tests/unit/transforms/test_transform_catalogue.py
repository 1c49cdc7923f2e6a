from __future__ import annotations

import pytest

from privet.model.contract import Column
from privet.model.paths import ColumnPath
from privet.transforms.build import build
from privet.transforms.catalogue import TRANSFORMS, check, lets_through
from privet.transforms.linkage import LinkageKey
from tests.unit.transforms.making import KEY, make, treatment

NAMES = {
    "keep",
    "drop",
    "redact",
    "mask",
    "token",
    "band",
    "truncate",
    "shift",
    "text",
    "encrypt",
    "format",
    "vault",
}


def test_the_catalogue_holds_every_transform_by_its_name() -> None:
    assert set(TRANSFORMS) == NAMES
    assert all(name == spec.name for name, spec in TRANSFORMS.items())


@pytest.mark.parametrize("spec", TRANSFORMS.values(), ids=lambda spec: spec.name)
def test_the_shorthand_is_one_of_the_parameters(spec) -> None:
    assert spec.shorthand is None or spec.shorthand in {param.name for param in spec.params}


@pytest.mark.parametrize(
    ("name", "params", "column_type", "says"),
    [
        ("tokne", {}, "string", "did you mean `token`"),
        ("cipher", {}, "string", "it can be band, drop, encrypt"),
        ("token", {"bit": 128}, "string", "did you mean `bits`"),
        ("keep", {"bits": 128}, "string", "it takes none"),
        ("token", {"bits": 64}, "string", "from 128 to 256, a multiple of 8"),
        ("token", {"bits": 130}, "string", "a multiple of 8"),
        ("token", {"bits": True}, "string", "a whole number"),
        ("token", {"bits": "128"}, "string", "a whole number"),
        ("token", {"form": "base64"}, "string", "`hex` or `binary`"),
        ("token", {}, "double", "does not fit a double column"),
        ("token", {}, "bool", "use band, redact or drop"),
        ("band", {}, "int64", "needs `width`"),
        ("band", {"width": 0}, "int64", "a number above 0"),
        ("band", {"width": "-5"}, "int64", "a number above 0"),
        ("band", {"width": "5y"}, "int64", "a number above 0"),
        ("band", {"width": 5}, "date32", "years (1y to 999y)"),
        ("band", {"width": "5m"}, "date32", "months that divide a year"),
        ("band", {"width": True}, "int64", "a number such as 5"),
        ("band", {"width": "5y"}, "string", "declare the column's true type"),
        ("mask", {}, "string", "shows nothing"),
        ("mask", {"show_last": 4, "with": "**"}, "string", "one printable character"),
        ("mask", {"show_last": 4}, "date32", "use redact, or band"),
        ("truncate", {}, "string", "`length: 3` or `kind: ip`"),
        ("truncate", {"length": 3, "kind": "ip"}, "string", "`length: 3` or `kind: ip`"),
        ("truncate", {"length": 3, "v4": 16}, "string", "go with `kind: ip`"),
        ("truncate", {"kind": "ip", "v4": 32}, "string", "from 1 to 31"),
        ("truncate", {"decimals": 2}, "string", "does not fit a string column"),
        ("truncate", {"to": "hour"}, "date32", "`year` or `month`"),
        ("truncate", {"length": 3}, "int64", "use band, redact or drop"),
        ("shift", {}, "string", "declare the column as date32"),
        ("shift", {"days": 0}, "date32", "from 1 to 3650"),
        ("redact", {"text": "gone"}, "int64", "leave `text` out"),
        ("keep", {}, "varchar", "column type 'varchar' is not known"),
    ],
)
def test_a_wrong_treatment_is_refused_with_what_would_do(name, params, column_type, says) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        check(treatment(name, **params), column_type)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("name", "params", "column_type"),
    [
        ("keep", {}, "time64[us]"),
        ("drop", {}, "bool"),
        ("redact", {}, "timestamp[us, UTC]"),
        ("redact", {"text": ""}, "string"),
        ("mask", {"show_first": 2}, "int64"),
        ("token", {"bits": 256, "form": "binary"}, "binary"),
        ("band", {"width": "0.5"}, "decimal128(18, 2)"),
        ("band", {"width": "6m"}, "timestamp[ms]"),
        ("truncate", {"decimals": 1}, "float"),
        ("truncate", {"kind": "ip", "v4": 16, "v6": 32}, "large_string"),
        ("truncate", {"to": "hour"}, "timestamp[us, Europe/Berlin]"),
        ("shift", {"days": 30}, "timestamp[ns]"),
    ],
)
def test_a_right_treatment_passes(name, params, column_type) -> None:
    check(treatment(name, **params), column_type)


def test_a_parameter_given_twice_is_refused() -> None:
    twice = treatment("token", bits=128)
    twice = type(twice)("token", (*twice.params, ("bits", 256)))
    with pytest.raises(ValueError, match="more than once"):
        check(twice, "string")


def test_what_can_come_out_whole() -> None:
    assert lets_through(treatment("keep"))
    assert lets_through(treatment("text"))
    assert lets_through(treatment("truncate", length=3))
    assert not lets_through(treatment("truncate", kind="ip"))
    assert not any(lets_through(treatment(name)) for name in NAMES - {"keep", "truncate", "text"})


def test_drop_builds_nothing() -> None:
    assert build(treatment("drop"), Column(ColumnPath.of("c"), "string"), KEY) is None


@pytest.mark.parametrize("name", ["token", "shift"])
def test_a_keyed_transform_needs_its_key(name) -> None:
    with pytest.raises(ValueError, match="linkage domain"):
        make(name, "date32", key=None)


def test_the_field_metadata_name_the_key_and_never_hold_it() -> None:
    token = make("token", bits=256)
    assert token.metadata == {
        b"privet.treatment": b"token(bits=256)",
        b"privet.algorithm": b"HMAC-SHA256-256",
        b"privet.key": b"linkage-1",
        b"privet.domain": b"customer/research/local",
    }
    assert make("keep").metadata == {b"privet.treatment": b"keep"}
    assert repr(KEY.secret) not in repr(token) + repr(KEY) + repr(make("shift", "date32"))


def test_a_linkage_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        LinkageKey("k", "d", bytes(16))
