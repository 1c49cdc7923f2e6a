"""What `init` makes of files that nobody names so on purpose: a project that runs, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from privet.config.project_file import load_contracts, load_pipelines
from privet.model.errors import SourceError, UsageError
from privet.project.initialising import MOST_LEVELS, init
from privet.project.project import open_project

ROWS = "id,email,amount\n" + "".join(f"C{i},c{i}@example.org,{i}\n" for i in range(30))


def nested(levels: int, listed: bool) -> str:
    text = "1"
    for _ in range(levels // 2 if listed else levels):
        text = f'{{"k": [{text}]}}' if listed else f'{{"k": {text}}}'
    return f"{text}\n"


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "x": {y}.csv',
        "- &b !!c #d @e.csv",
        "%s {name} $HOME.csv",
        "x: y: z.csv",
        "\u00e9t\u00e9 \u65e5\u672c data.csv",
        "true.csv",
        "null.csv",
        "123.csv",
    ],
)
def test_a_file_name_that_means_something_elsewhere_is_only_a_name(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text(ROWS)
    made = init(tmp_path, [name])
    (spec,) = load_pipelines(tmp_path).values()
    (source,) = spec.sources.values()
    assert source.urls == (name,)
    assert list(load_contracts(tmp_path)) == [source.data]
    assert not [p for p in open_project(tmp_path).check() if p.severity == "error"]
    assert made.pipeline == "research"


@pytest.mark.parametrize(
    "names", [("a-b.csv", "a_b.csv"), ("x" * 70 + "1.csv", "x" * 70 + "2.csv")]
)
def test_two_files_of_one_name_write_nothing(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        (tmp_path / name).write_text(ROWS)
    with pytest.raises(UsageError, match="both be the data set"):
        init(tmp_path, names)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


@pytest.mark.parametrize("listed", [False, True])
def test_nesting_that_a_contract_holds_is_read_back_and_more_is_refused(
    tmp_path: Path, *, listed: bool
) -> None:
    for levels, taken in ((MOST_LEVELS, True), (MOST_LEVELS + 2, False), (400, False)):
        root = tmp_path / str(levels)
        root.mkdir()
        (root / "deep.jsonl").write_text(nested(levels, listed) * 2)
        if taken:
            init(root, ["deep.jsonl"])
            assert not [p for p in open_project(root).check() if p.severity == "error"]
        else:
            with pytest.raises(SourceError, match="levels deep"):
                init(root, ["deep.jsonl"])
            assert [path.name for path in root.iterdir()] == ["deep.jsonl"]


def test_two_thousand_columns_are_a_contract_like_any_other(tmp_path: Path) -> None:
    head = ",".join(f"c{number}" for number in range(2000))
    (tmp_path / "wide.csv").write_text(f"{head}\n{','.join(['7'] * 2000)}\n")
    init(tmp_path, ["wide.csv"])
    project = open_project(tmp_path)
    assert len(project.plan("research").plan.decisions["wide"].columns) == 2000
