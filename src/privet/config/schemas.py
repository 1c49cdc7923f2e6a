"""JSON Schemas of the files of a project, so that editors complete and check them offline.

`python -m privet.config.schemas FOLDER` writes them; a test holds `spec/schemas/` to it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema

from privet.config.form import Form
from privet.config.kinds_form import KindsForm
from privet.config.odcs import ContractForm
from privet.config.pipeline_form import PipelineForm
from privet.config.policy_form import PolicyForm
from privet.config.project_form import ProjectForm

SCHEMA_FOLDER = ".privet/schemas"
"""Where `init` puts the schemas; the first line of each file that it writes names its own."""

_FORMS: dict[str, type[Form]] = {
    "project": ProjectForm,
    "contract": ContractForm,
    "policy": PolicyForm,
    "pipeline": PipelineForm,
    "kinds": KindsForm,
}
NAMES = tuple(_FORMS)


def file_name(name: str) -> str:
    """Return the file name of the schema called `name`."""
    return f"{name}.v1.json"


def schema_line(name: str, *, folder_up: bool = False) -> str:
    """Return the first line of a file, which tells editors where its schema is."""
    up = "../" if folder_up else ""
    return f"# yaml-language-server: $schema={up}{SCHEMA_FOLDER}/{file_name(name)}\n\n"


def schema_text(name: str) -> str:
    """Return the JSON Schema (2020-12) of `project`, `contract`, `policy`, `pipeline`, `kinds`.

    Raises:
        KeyError: there is no such form.
    """
    body = _FORMS[name].model_json_schema(by_alias=True, mode="validation")
    schema = {"$schema": GenerateJsonSchema.schema_dialect, "$id": f"privet:{file_name(name)}"}
    return json.dumps(schema | body, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> None:
    """Write every schema into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        (folder / file_name(name)).write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
