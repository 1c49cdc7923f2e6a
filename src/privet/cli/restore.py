"""`privet restore`: a text gets its values back, by a map."""

from __future__ import annotations

from privet.cli import output
from privet.cli.redact import note, standard_input, standard_output
from privet.model.errors import UsageError
from privet.project.project import Project
from privet.project.redacting import FORMS, form_of, open_text
from privet.project.restoring import Asked, Restored, restore


def restore_text(
    project: Project, map_name: str, file: str, *, role: str, purpose: str, form: str | None
) -> None:
    """Write the text to standard output with its values; what is said of it goes to the other."""
    if form is not None and form not in FORMS:
        raise UsageError("`--format` is text or jsonl", hint="an answer in prose is text")
    asked = Asked(project.principal, role, purpose, map_name, form_of(form, file))
    with (
        open_text(file, standard_input()) as given,
        project.held() as memory,
    ):
        done = restore(memory, asked, given)
    standard_output().write(done.text)
    standard_output().flush()
    _say(done)


def _say(done: Restored) -> None:
    places = output.counted(done.places, "place")
    note(f"restored: {output.counted(done.values, 'value')} at {places}")
    for reason, count in done.withheld.items():
        note(f"left as they are, {reason}: {output.counted(count, 'value')}")
    if done.unclear:
        note(f"left as they are, of two values each: {output.counted(done.unclear, 'replacement')}")
