"""Accuracy of detection: `python bench/detection_accuracy.py --labelled …/synth_v2.json`.

Exact spans (start, end and kind) of six kinds: cards, phones, e-mail, IBAN, US SSN, IP; micro
precision, recall and F1, over all and for each kind, with an interval of F1 that draws whole
templates (2,000 resamples). The labelled file is a list of objects with `full_text`, `spans`
(`entity_type`, `start_position`, `end_position`, in characters) and `template_id`. Its texts are
never printed: nobody tunes on them. With `--others` (see `bench/detection.py`) Presidio's own
patterns are scored beside, at their customary score of 0.4, with a blank language model.

Without a file, the messages of `tests/texts/labelled.py` are scored: the half to tune on, or the
half that is held out (`--held-out`). `--misses` shows what is wrong in the half to tune on.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Hashable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.texts import labelled
from tests.texts.scoring import Span, by_characters, score

HERE = Path(__file__).parent
KINDS = {
    "CREDIT_CARD": "card",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "US_SSN": "ssn",
    "IP_ADDRESS": "ip",
}
"""What others call the six."""
CUSTOMARY = 0.4


def privet(texts: Sequence[str]) -> list[set[Span]]:
    """Spans by Privet at its default threshold."""
    import pyarrow as pa

    from privet.detect.kinds.registry import by_code
    from privet.detect.text.detector import Detector

    found: list[set[Span]] = [set() for _ in texts]
    spans = Detector().detect(pa.array(texts, pa.string()))
    columns = (spans.row, spans.start, spans.end, spans.kind)
    for row, start, end, code in zip(*(column.tolist() for column in columns), strict=True):
        kind = by_code(code).name
        if kind in labelled.KINDS:
            place = by_characters(texts[row], [start], [end])[0]
            found[row].add((*place, kind))
    return found


def presidio(texts: Sequence[str], python: str) -> list[set[Span]]:
    """Spans by Presidio's own patterns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(list(texts)), "utf-8")
        command = [python, str(HERE / "detection_others.py"), "spans", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [
        {
            (start, end, KINDS[kind])
            for start, end, kind, sure in spans
            if kind in KINDS and sure >= CUSTOMARY
        }
        for spans in json.loads(done.stdout)
    ]


def read(path: Path) -> tuple[list[str], list[set[Span]], list[Hashable]]:
    """Texts, what is in them, and their templates."""
    records = json.loads(path.read_text("utf-8"))
    gold: list[set[Span]] = [
        {
            (span["start_position"], span["end_position"], KINDS[span["entity_type"]])
            for span in record["spans"]
            if span["entity_type"] in KINDS
        }
        for record in records
    ]
    return [one["full_text"] for one in records], gold, [one["template_id"] for one in records]


def made(templates: tuple[int, ...], each: int) -> tuple[list[str], list[set[Span]], list[int]]:
    """Messages made here, what is in them, and their templates."""
    messages = labelled.messages(templates, each)
    gold: list[set[Span]] = [
        {(span.start, span.end, span.kind) for span in message.spans} for message in messages
    ]
    return [one.text for one in messages], gold, [one.template for one in messages]


def tell(
    name: str, gold: list[set[Span]], found: list[set[Span]], clusters: Sequence[Hashable]
) -> None:
    """The scores of all kinds together and of each."""
    print(f"{name:<10}all    {score(gold, found, clusters)}")
    for kind in labelled.KINDS:
        print(f"{'':<10}{kind:<7}{score(gold, found, clusters, kind=kind)}")


def show_misses(texts: list[str], gold: list[set[Span]], found: list[set[Span]]) -> None:
    """What is wrong in texts that were made here: nobody is in them."""
    for text, there, seen in zip(texts, gold, found, strict=True):
        for sign, spans in (("missed", there - seen), ("false ", seen - there)):
            for start, end, kind in sorted(spans):
                around = (
                    f"{text[max(start - 24, 0) : start]}[{text[start:end]}]{text[end : end + 12]}"
                )
                print(f"  {sign} {kind:<6} {around!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labelled", type=Path, help="a labelled file; scored whole, never shown")
    parser.add_argument("--held-out", action="store_true", help="the half that is held out")
    parser.add_argument("--each", type=int, default=20, help="messages of each template")
    parser.add_argument("--misses", action="store_true", help="show them (half to tune on)")
    parser.add_argument("--others", help="a Python that has Presidio")
    arguments = parser.parse_args()
    clusters: Sequence[Hashable]
    if arguments.labelled:
        texts, gold, clusters = read(arguments.labelled)
    else:
        half = labelled.HELD_OUT if arguments.held_out else labelled.TUNING
        texts, gold, clusters = made(half, arguments.each)
    found = privet(texts)
    if arguments.misses and not arguments.labelled and not arguments.held_out:
        show_misses(texts, gold, found)
    print(f"{len(texts)} texts of {len(set(clusters))} templates")
    tell("privet", gold, found, clusters)
    if arguments.others:
        tell("presidio", gold, presidio(texts, arguments.others), clusters)


if __name__ == "__main__":
    main()
