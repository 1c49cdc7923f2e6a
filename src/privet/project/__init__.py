"""A project on disk and its verbs: everything wired together. The faces call this room."""

from privet.project.initialising import Initialised, init
from privet.project.planning import Planned
from privet.project.project import Project, open_project
from privet.project.scanning import scan
from privet.project.verifying import Verified, verify_path

__all__ = [
    "Initialised",
    "Planned",
    "Project",
    "Verified",
    "init",
    "open_project",
    "scan",
    "verify_path",
]
