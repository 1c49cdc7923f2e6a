"""The token vault: one token for a value, sealed rows, and nothing without its row."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import delete, select, update

from privet.adapters.catalogs.sql import SqlCatalog
from privet.model.contract import Column
from privet.model.errors import IntegrityError
from privet.model.paths import ColumnPath
from privet.model.policy import Treatment
from privet.transforms.build import Transform, build
from privet.vault.token_map import TOKEN_MAP, TokenMap
from tests.unit.transforms.making import KEY, OTHER_KEY
from tests.world import SeededEntropy, sqlite_catalog

VALUES = [b"ana@example.org", b"", b"bert", b"\x80\x00"]


@pytest.fixture
def catalog(tmp_path: Path) -> SqlCatalog:
    return sqlite_catalog(tmp_path)


@pytest.fixture
def kept(catalog: SqlCatalog) -> TokenMap:
    return TokenMap(catalog, SeededEntropy())


def rows(catalog: SqlCatalog) -> int:
    with catalog.read() as connection:
        return len(connection.execute(select(TOKEN_MAP)).all())


def test_a_value_has_one_token_whoever_asks_again(catalog: SqlCatalog, kept: TokenMap) -> None:
    tokens = kept.tokens(KEY, VALUES)
    assert len(set(tokens)) == 4
    assert {len(token) for token in tokens} == {16}
    later = TokenMap(catalog, SeededEntropy(seed=9))
    assert later.tokens(KEY, VALUES[::-1]) == tokens[::-1]
    assert later.values(KEY, tokens) == VALUES
    assert rows(catalog) == 4


def test_more_values_than_one_statement_takes(catalog: SqlCatalog, kept: TokenMap) -> None:
    values = [b"%d" % number for number in range(1203)]
    tokens = kept.tokens(KEY, values[:700])
    assert kept.tokens(KEY, values)[:700] == tokens
    assert kept.values(KEY, kept.tokens(KEY, values)) == values
    assert rows(catalog) == 1203


def test_domains_share_nothing(catalog: SqlCatalog, kept: TokenMap) -> None:
    one, two = kept.tokens(KEY, VALUES), kept.tokens(OTHER_KEY, VALUES)
    assert not set(one) & set(two)
    assert kept.values(OTHER_KEY, one) == [None] * 4
    with catalog.read() as connection:
        commitments = [row.commitment for row in connection.execute(select(TOKEN_MAP))]
    assert len(set(commitments)) == 8


def test_without_its_row_a_token_says_nothing(catalog: SqlCatalog, kept: TokenMap) -> None:
    tokens = kept.tokens(KEY, VALUES)
    with catalog.write() as connection:
        connection.execute(delete(TOKEN_MAP).where(TOKEN_MAP.c.token == tokens[0]))
    assert kept.values(KEY, tokens) == [None, *VALUES[1:]]
    assert kept.tokens(KEY, VALUES)[0] != tokens[0]


def test_a_row_put_in_place_of_another_does_not_open(catalog: SqlCatalog, kept: TokenMap) -> None:
    tokens = kept.tokens(KEY, VALUES)
    with catalog.write() as connection:
        sealed = connection.execute(
            select(TOKEN_MAP.c.sealed).where(TOKEN_MAP.c.token == tokens[1])
        ).scalar_one()
        connection.execute(
            update(TOKEN_MAP).where(TOKEN_MAP.c.token == tokens[0]).values(sealed=sealed)
        )
    with pytest.raises(IntegrityError, match="was changed") as refusal:
        kept.values(KEY, tokens)
    assert "example" not in str(refusal.value)
    assert tokens[0].hex() not in str(refusal.value)


def test_the_catalog_holds_no_value(tmp_path: Path, catalog: SqlCatalog, kept: TokenMap) -> None:
    kept.tokens(KEY, [b"marked-ana@example.org" for _ in range(1)])
    catalog.close()
    for file in tmp_path.iterdir():
        assert b"marked" not in file.read_bytes()


def vault(kept: TokenMap | None, kind: str = "string", **params: str) -> Transform:
    column = Column(ColumnPath.of("c"), kind, "user.name")
    made = build(Treatment("vault", tuple(params.items())), column, KEY, store=kept)
    assert made is not None
    return made


@pytest.mark.parametrize("form", ["hex", "binary"])
def test_the_treatment_gives_the_very_value_back(kept: TokenMap, form: str) -> None:
    values = pa.array(["Ana", None, "ana", "", "Ana"])
    transform = vault(kept, form=form)
    out = transform.apply(values)
    out.validate(full=True)
    assert out[0] == out[4] != out[2]
    assert transform.restore(out).equals(values)
    numbers = pa.array([1, None, -7])
    transform = vault(kept, "int64", form=form)
    assert transform.restore(transform.apply(numbers)).equals(numbers)


def test_the_treatment_needs_where_to_keep(kept: TokenMap) -> None:
    with pytest.raises(ValueError, match="where tokens are kept"):
        vault(None).apply(pa.array(["Ana"]))
    assert vault(kept).restore(pa.array(["00" * 16, "zz", None])).null_count == 3
