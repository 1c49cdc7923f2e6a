"""How to check a release, and what nobody promises."""

from __future__ import annotations

import shlex
from pathlib import PurePath

from privet.pipeline.summary import RunSummary
from privet.report import words
from privet.report.markup import Body, Html, element, join, name, table

_SHORT = 16
_THE_WAY_AROUND = (
    "Who holds the passphrase can go around the gate on this machine: a receipt shows what the "
    "gate let out, and not that nothing else was taken."
)


def check(summary: RunSummary) -> Html:
    """The commands, what the receipt says, the key to trust, the files."""
    folder = PurePath(summary.release).name or summary.release
    remote = "://" in summary.release
    here = shlex.join(["privet", "verify", folder if remote else summary.release])
    there = f"privet-verify {shlex.quote(folder)} --key {_quoted(summary.public_key)}"
    return element(
        "section",
        element("h2", "Check it"),
        element("p", _fetch(summary.release) if remote else "Here, offline:"),
        _command(here),
        element(
            "p",
            "Whoever receives it installs the small package ",
            element("code", "privet-verify"),
            ", which needs nothing of this project, and runs:",
        ),
        _command(there),
        element(
            "p",
            "Give them the public key in the command by another way than the release: who could "
            "change the one could change the other.",
        ),
        *_receipt(summary),
        id="check",
    )


def limits(summary: RunSummary) -> Html:
    """What is not promised, in plain words."""
    said = (
        words.meaning_of(summary.guarantee),
        "Pseudonymous is not anonymous, and nothing here says that anybody became anonymous."
        if summary.guarantee.startswith("pseudonymous")
        else "No word here says more than the guarantee does.",
        _THE_WAY_AROUND,
        "What a recipient does with the release is bound by agreement and law, not by Privet.",
    )
    return element(
        "section",
        element("h2", "What is not promised"),
        element("ul", *(element("li", line) for line in said)),
        id="limits",
    )


def _receipt(summary: RunSummary) -> list[Html]:
    entries = "1 entry" if summary.log_size == 1 else f"{summary.log_size:,} entries"
    rows = [
        (
            name(file.name),
            words.size(file.size),
            element("code", f"{file.sha256[:_SHORT]}…", title=file.sha256),
        )
        for file in summary.files
    ]
    return [
        element("h3", "What the receipt says"),
        element(
            "p",
            element("code", "receipt.json"),
            " is signed. It names the files below with their SHA-256, the snapshots they were made "
            "from, the plan, policy and contracts, the code, who asked and for what, for whom, and "
            "the guarantee. It holds no value and no number of rows. It carries the proof that the "
            f"log has it; after this run the log had {entries}.",
        ),
        element("p", "Release ", element("code", summary.release_id), "."),
        table("Files of the release", ("File", "Size", "SHA-256"), [Body(rows)]),
        element("h3", "Public key"),
        _command(summary.public_key),
    ]


def _fetch(release: str) -> Html:
    place = element("code", words.place(release))
    return join(["Fetch the folder ", place, " into the project; then, offline:"])


def _quoted(key: str) -> str:
    """In quotes also where a shell would need none: people copy what stands between them."""
    return shlex.quote(key) if "'" in key else f"'{key}'"


def _command(text: str) -> Html:
    return element("pre", element("code", join([text])))
