from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from privet_verify.cli import main
from tests.unit.ledger.issued import KEY, add, open_log, release, signer, spill
from tests.world import MemoryStore


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder with a release, the published log, and a checkpoint kept before it."""
    store = MemoryStore()
    log = open_log(tmp_path / "project", store)
    add(log, 3)
    (tmp_path / "kept").write_text(log.publish().note, encoding="utf-8")
    release(log, tmp_path / "release")
    spill(store, tmp_path / "log")
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    return tmp_path


def test_a_whole_release(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(made / "release"), "--key", KEY]) == 0
    out = capsys.readouterr().out
    assert "2 files" in out
    assert "entry 3 of 4" in out
    assert main([str(made / "release"), "--key", str(made / "key"), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["ok"], summary["index"], summary["size"]) == (True, 3, 4)
    assert summary["statement"]["purpose"] == "research"


def test_with_an_older_checkpoint(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [str(made / "release"), "--key", KEY, "--checkpoint", str(made / "kept")]
    assert main([*arguments, "--log", str(made / "log")]) == 0
    assert "only grew" in capsys.readouterr().out
    assert main(arguments) == 3
    assert "--log" in capsys.readouterr().err


def test_each_failure_has_its_exit_code(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release_folder = str(made / "release")
    assert main([release_folder, "--key", "a+b+c"]) == 2
    assert main([release_folder, "--key", str(made / "nothing")]) == 3
    assert main([str(made / "nothing"), "--key", KEY]) == 3
    assert main([str(made / "log"), "--key", KEY]) == 1
    assert main([release_folder, "--key", signer(seed=2).verifier_key(), "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["code"] == "signature"
    assert captured.err.count("privet-verify: ") == 5
    (made / "binary").write_bytes(b"\xff")
    assert main([release_folder, "--key", KEY, "--checkpoint", str(made / "binary")]) == 3
    with pytest.raises(SystemExit) as caught:
        main([release_folder])
    assert caught.value.code == 2


def test_it_needs_nothing_of_privet_and_starts_at_once(made: Path) -> None:
    script = (
        "import sys, privet_verify.cli;"
        "heavy = {'privet', 'pyarrow', 'numpy', 'pydantic', 'sqlalchemy'} & set(sys.modules);"
        "sys.exit(f'{heavy}' if heavy else privet_verify.cli.main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(made / "release"), "--key", KEY],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
