"""The verbs. Each imports what it needs when it is called, so that `--help` stays quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from privet.cli import output

app = typer.Typer(
    name="privet",
    help="Privacy and security for AI data pipelines: declare, release, prove it offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
subject = typer.Typer(help="Honour the rights of the people in the data.", no_args_is_help=True)
keys = typer.Typer(help="The passphrases that unlock this project.", no_args_is_help=True)
app.add_typer(subject, name="subject")
app.add_typer(keys, name="keys")
quarantine = typer.Typer(help="The rows that were held back.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Files = Annotated[
    list[str],
    typer.Argument(help="Files, folders, globs or object-store URLs.", show_default=False),
]
Pipeline = Annotated[str, typer.Argument(help="Name of a file in pipelines/, without .yaml.")]
DataSet = Annotated[str, typer.Argument(help="Name of a data set, as its contract has it.")]
Role = Annotated[str, typer.Option(help="The role of the policy that you act in.")]
Purpose = Annotated[str, typer.Option("--for", help="The purpose of the policy that it serves.")]
Reason = Annotated[str | None, typer.Option(help="Rows held back for this; default: all.")]
Of = Annotated[
    str | None, typer.Option("--pipeline", help="Whose cleaning counts, where pipelines differ.")
]
SubjectType = Annotated[str, typer.Argument(help="Subject type, as the contracts name it.")]


@app.command()
def scan(
    paths: Files,
    *,
    full: Annotated[bool, typer.Option("--full", help="Read every row, not a sample.")] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Print rules and cleaning steps to paste, as YAML.")
    ] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Read files as lines of text; 1 if something is there.")
    ] = False,
    sarif: Annotated[bool, typer.Option("--sarif", help="The same, as SARIF 2.1.0.")] = False,
    of: Annotated[str | None, typer.Option("--of", help="Lines: only these kinds, a,b.")] = None,
    at_least: Annotated[
        float, typer.Option("--at-least", min=0, max=1, help="Lines: the least score that counts.")
    ] = 0.5,
    json: Json = False,
) -> None:
    """Tell what personal data is where, how sure that is, and why."""
    code = 0
    with _reporting("scan", json):
        if lines or sarif:
            from privet.cli.scan_files import scan_lines

            form = "sarif" if sarif else "json" if json else "text"
            code = scan_lines(
                paths, kinds=of, at_least=at_least, form=form, full=full, suggest=suggest
            )
        elif "-" in paths:
            from privet.cli.redact import scan_standard_input

            scan_standard_input(paths, full=full, suggest=suggest, json=json)
        else:
            from privet.cli.scan_tables import scan_tables

            scan_tables(paths, full=full, suggest=suggest, json=json)
    if code:
        raise typer.Exit(code)


@app.command()
def redact(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Text files, or `-` for standard input.", show_default=False),
    ] = None,
    *,
    how: Annotated[str, typer.Option(help="tag, redact, mask, token or surrogate.")] = "tag",
    kinds: Annotated[str | None, typer.Option(help="Only these: a,b. Default: all.")] = None,
    fields: Annotated[
        list[str] | None, typer.Option(help="JSON Lines: only at messages[].content and the like.")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="text or jsonl; default: by the file's name.")
    ] = None,
    map_name: Annotated[
        str | None, typer.Option("--map", help="Seal what stood where, for `privet restore`.")
    ] = None,
    keep: Annotated[str | None, typer.Option(help="How long the map restores, such as 7d.")] = None,
) -> None:
    """Replace personal data in free text and JSON Lines; prints the text."""
    with _reporting("redact", json=False):
        from privet.cli import prompt
        from privet.cli.redact import redact_texts

        redact_texts(
            files or [],
            how=how,
            kinds=kinds,
            fields=fields or [],
            form=form,
            map_name=map_name,
            keep=keep,
            ask=prompt.passphrase,
        )


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="A text, or `-` for standard input.")] = "-",
    *,
    map_name: Annotated[str, typer.Option("--map", help="The name that `redact` gave.")],
    role: Role,
    purpose: Purpose,
    form: Annotated[
        str | None, typer.Option("--format", help="text or jsonl; default: by the file's name.")
    ] = None,
) -> None:
    """Give a text its values back by a map, as far as the policy lets you; prints the text."""
    with _reporting("restore", json=False):
        from privet.cli import prompt
        from privet.cli.restore import restore_text
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        restore_text(project, map_name, file, role=role, purpose=purpose, form=form)


@app.command()
def reveal(
    file: Annotated[str, typer.Argument(help="Tokens: a file, or `-` for lines.")] = "-",
    *,
    release: Annotated[str, typer.Option(help="Where they are from, such as research/1.")],
    data: Annotated[str, typer.Option(help="The data set.")],
    column: Annotated[str, typer.Option(help="The column, as its contract has it.")],
    role: Role,
    purpose: Purpose,
    form: Annotated[
        str | None, typer.Option("--format", help="lines, csv, jsonl, parquet; else by the name.")
    ] = None,
) -> None:
    """Give the values of a release's tokens back, as far as the policy lets you; prints CSV."""
    with _reporting("reveal", json=False):
        from privet.cli import prompt
        from privet.cli.reveal import reveal_tokens
        from privet.project.project import open_project
        from privet.project.revealing import Asked

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        asked = Asked(project.principal, role, purpose, release, data, column)
        reveal_tokens(project, file, asked, form=form)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT, or `-` for standard input.")],
    *,
    role: Role,
    purpose: Purpose,
    epsilon: Annotated[
        str | None, typer.Option(help="What it may cost at most. Default: what the policy lets.")
    ] = None,
    delta: Annotated[str | None, typer.Option(help="The same of delta.")] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what it would take, and pay nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Answer a question in SQL under differential privacy, and pay from the budget."""
    with _reporting("query", json):
        from privet.cli import prompt
        from privet.cli.query import amount, ask
        from privet.project.project import open_project
        from privet.project.querying import Asking

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        asking = Asking(
            project.principal,
            role,
            purpose,
            sys.stdin.read() if sql == "-" else sql,
            amount(epsilon, "epsilon"),
            amount(delta, "delta"),
        )
        ask(project, asking, explained=explain, json=json)


@app.command()
def budget(
    data: Annotated[str | None, typer.Argument(help="One data set; default: all.")] = None,
    tight: Annotated[
        bool, typer.Option("--tight", help="Also the tight figure; it may take seconds.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell what was spent of each budget, and what is left."""
    with _reporting("budget", json):
        from privet.cli import budget as shown
        from privet.cli import prompt
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        shown.show(project, data, exact=tight, json=json)


@app.command()
def init(
    paths: Files,
    purpose: Annotated[str, typer.Option(help="The one purpose granted to you.")] = "research",
    json: Json = False,
) -> None:
    """Write privet.yaml, contracts/, policy.yaml and pipelines/ from your files."""
    with _reporting("init", json):
        from privet.cli import show_scan
        from privet.project.initialising import init as init_project

        show_scan.show_init(init_project(Path.cwd(), paths, purpose=purpose), json=json)


@app.command()
def check(json: Json = False) -> None:
    """Check config, contracts and policy, and run the policy's own tests; touches no data."""
    with _reporting("check", json):
        from privet.cli import show_plan
        from privet.project.project import open_project

        problems = open_project(Path.cwd()).check()
        show_plan.show_check(problems, json=json)
    if any(problem.severity == "error" for problem in problems):
        raise typer.Exit(1)


@app.command()
def plan(pipeline: Pipeline, json: Json = False) -> None:
    """Show, column by column, what a pipeline will do, and what changed since its last run."""
    with _reporting("plan", json):
        from privet.cli import show_plan
        from privet.project.project import open_project

        show_plan.show_plan(open_project(Path.cwd()).plan(pipeline), json=json)


@app.command()
def run(pipeline: Pipeline, json: Json = False) -> None:
    """Run a pipeline: a release with its receipt, and a report for you alone."""
    with _reporting("run", json):
        from privet.cli import progress, prompt, show_run
        from privet.project.project import open_project
        from privet.report import write

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        with progress.shown(quiet=json) as shown:
            outcome = project.run(pipeline, shown)
        show_run.show(outcome, write(outcome, project.reports), json=json)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="A release's folder; `.` for the whole store.")],
    key: Annotated[
        str | None, typer.Option(help="Public key to trust: its text, or a file that holds it.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a release, or the whole store, offline."""
    with _reporting("verify", json):
        from privet.cli import show_run
        from privet.project.verifying import verify_path

        show_run.show_verified(verify_path(path, key), json=json)


@app.command()
def unlock(
    minutes: Annotated[int, typer.Option(min=1, max=24 * 60, help="For how long.")] = 15,
    json: Json = False,
) -> None:
    """Keep this project unlocked for a while."""
    with _reporting("unlock", json):
        from privet.cli import prompt
        from privet.project.project import open_project

        open_project(Path.cwd(), ask=prompt.passphrase).unlock(minutes * 60)
        output.done("unlock", f"Unlocked for {minutes} min.", json=json, minutes=minutes)


@app.command()
def lock(json: Json = False) -> None:
    """Forget the unlocked key now."""
    with _reporting("lock", json):
        from privet.project.project import open_project

        was = open_project(Path.cwd()).lock()
        output.done("lock", "Locked." if was else "It was locked.", json=json, was_unlocked=was)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option(help="Where; it must be empty or not there.")] = Path(
        ".demo"
    ),
    customers: Annotated[int, typer.Option(min=1, help="How many customers to make up.")] = 20_000,
) -> None:
    """Make up customers and tickets, and run the whole story on them."""
    with _reporting("demo", json=False):
        from privet.cli import demo as story

        story.tell(folder, customers)


@subject.command()
def restrict(
    subject_type: SubjectType,
    purpose: Annotated[
        list[str] | None, typer.Option(help="Only for this purpose; default: for all.")
    ] = None,
    json: Json = False,
) -> None:
    """Withhold a person's rows from releases. The key is asked for, never an argument."""
    with _reporting("subject restrict", json):
        from privet.cli import prompt
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        version = project.restrict(subject_type, prompt.subject_key(), tuple(purpose or ()))
        output.done("subject restrict", "Restricted.", json=json, registry_version=version)


@subject.command()
def lift(subject_type: SubjectType, json: Json = False) -> None:
    """End a person's restriction."""
    with _reporting("subject lift", json):
        from privet.cli import prompt
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        version = project.lift(subject_type, prompt.subject_key())
        output.done("subject lift", "Lifted.", json=json, registry_version=version)


@keys.command("list")
def list_slots(json: Json = False) -> None:
    """List the unlock slots."""
    with _reporting("keys list", json):
        from privet.project.project import open_project

        slots = open_project(Path.cwd()).slots()
        output.done("keys list", "\n".join(slots), json=json, slots=list(slots))


@keys.command("add")
def add_slot(json: Json = False) -> None:
    """Add a passphrase that unlocks this project too."""
    with _reporting("keys add", json):
        from privet.cli import prompt
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        slot = project.add_slot(prompt.added_passphrase())
        output.done("keys add", f"Added {slot}.", json=json, slot=slot)


@keys.command("remove")
def remove_slot(
    slot: Annotated[str, typer.Argument(help="Its name, from `privet keys list`.")],
    json: Json = False,
) -> None:
    """Remove an unlock slot (never the last one)."""
    with _reporting("keys remove", json):
        from privet.cli import prompt
        from privet.project.project import open_project

        open_project(Path.cwd(), ask=prompt.passphrase).remove_slot(slot)
        output.done("keys remove", f"Removed {slot}.", json=json, slot=slot)


@quarantine.command("list")
def list_held_back(
    data: Annotated[str | None, typer.Argument(help="One data set; default: all.")] = None,
    json: Json = False,
) -> None:
    """Count the rows that were held back, by data set and reason."""
    with _reporting("quarantine list", json):
        from privet.cli import prompt, show_quarantine
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        show_quarantine.show_list(project.held_back(data), json=json)


@quarantine.command("show")
def show_held_back(
    data: DataSet,
    *,
    role: Role,
    purpose: Purpose,
    reason: Reason = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many rows to look at.")] = 20,
    json: Json = False,
) -> None:
    """Look at rows that were held back, as far as the policy lets you see them."""
    with _reporting("quarantine show", json):
        from privet.cli import prompt, show_quarantine
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        shown = project.show_held_back(data, role, purpose, reason, limit)
        show_quarantine.show_rows(shown, json=json)


@quarantine.command()
def reprocess(
    data: DataSet,
    *,
    role: Role,
    purpose: Purpose,
    reason: Reason = None,
    pipeline: Of = None,
    json: Json = False,
) -> None:
    """Clean and judge held-back rows again, and keep those that pass today."""
    with _reporting("quarantine reprocess", json):
        from privet.cli import progress, prompt, show_quarantine
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        with progress.shown(quiet=json) as shown:
            done = project.reprocess(data, role, purpose, reason, pipeline=pipeline, progress=shown)
        show_quarantine.show_let_in("quarantine reprocess", done, json=json)


@quarantine.command()
def release(
    data: DataSet,
    *,
    role: Role,
    purpose: Purpose,
    reason: Annotated[list[str], typer.Option(help="rule:NAME, the rule to waive; repeat it.")],
    pipeline: Of = None,
    json: Json = False,
) -> None:
    """Keep rows although a rule holds them back; the log says so."""
    with _reporting("quarantine release", json):
        from privet.cli import progress, prompt, show_quarantine
        from privet.project.project import open_project

        project = open_project(Path.cwd(), ask=prompt.passphrase)
        with progress.shown(quiet=json) as shown:
            done = project.let_in(
                data, role, purpose, tuple(reason), pipeline=pipeline, progress=shown
            )
        show_quarantine.show_let_in("quarantine release", done, json=json)


@contextmanager
def _reporting(verb: str, json: bool) -> Iterator[None]:
    """Turn an error of ours into its message and exit code; anything else shows its type alone."""
    from privet.kernels.compiling import told
    from privet.model.errors import PrivetError

    try:
        with told(output.preparing):
            yield
        sys.stdout.flush()
    except PrivetError as error:
        raise typer.Exit(output.fail(verb, error, json=json)) from error
    except KeyboardInterrupt as stop:
        output.interrupted(verb, json=json)
        raise typer.Exit(3) from stop
    except (typer.Exit, typer.Abort):
        raise
    except BrokenPipeError:
        raise typer.Exit(output.unread()) from None
    except Exception as error:
        raise typer.Exit(output.crashed(verb, error, json=json)) from None


def main() -> None:
    """Entry point of the `privet` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name that the terminal's encoding lacks is shown escaped; it stops no verb.
            stream.reconfigure(errors="backslashreplace")
    app()
