"""Where a pipeline's releases may go: to a store that is known, and never among what is sealed."""

from __future__ import annotations

import os
from pathlib import Path

from privet.adapters.stores import local_path, scheme_of
from privet.config.project_file import PRIVATE_FOLDER, ProjectConfig
from privet.model.errors import Location, UsageError
from privet.model.pipeline import PipelineSpec
from privet.policy.problem import Problem


def misplaced(spec: PipelineSpec, config: ProjectConfig) -> Problem | None:
    """What is wrong with the `into:` of a pipeline, if anything."""
    where = Location(spec.source, key="into")
    try:
        place = _place(spec.into, config.root)
        kept = [_place(url, config.root) for url in (PRIVATE_FOLDER, config.store)]
    except UsageError as error:
        return Problem(error.message, error.hint or "", where)
    if any(place == each or place.startswith(f"{each}/") for each in kept):
        message = f"pipeline `{spec.name}` would release into the vault's own folder"
        return Problem(message, "Write another folder or URL, such as `into: releases`.", where)
    return None


def _place(url: str, root: Path) -> str:
    """One spelling of where a URL points."""
    if scheme_of(url) != "file":
        return url.rstrip("/")
    return os.path.normpath(local_path(url, root.absolute()))
