"""What `bench/detection.py` runs beside Privet, in an environment of its own: Presidio, Hyperscan.

Imports nothing of Privet. The 28 kinds as patterns that both engines can read: no look-around, and
no check digits, which would cost Presidio more.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

_STREETS = (
    "Street|Road|Avenue|Lane|rue|avenue|boulevard|Calle|Avenida|Plaza|ul\\.|al\\.|улица|ул\\.|"
    "проспект|Οδός|οδός|Λεωφόρος|شارع"
)
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "email": (r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,24}\b", ("email", "mail")),
    "phone": (
        (
            r"(\+|\b00)[1-9][0-9]{0,2}([ ./-]?\(?[0-9]{1,5}\)?){2,5}\b"
            r"|\(?\b[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}\b"
        ),
        ("phone", "tel", "mobile", "call"),
    ),
    "card": (r"\b[2-6][0-9]{3}[ -]?[0-9]{4,6}[ -]?[0-9]{4,5}[ -]?[0-9]{0,4}\b", ("card", "visa")),
    "iban": (r"\b[A-Z]{2}[0-9]{2}( ?[A-Z0-9]{4}){2,7}( ?[A-Z0-9]{1,4})?\b", ("iban", "account")),
    "ssn": (r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", ("ssn", "social", "security")),
    "ip": (
        r"\b(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])){3}\b|\b([0-9a-fA-F]{1,4}:){2,7}:?[0-9a-fA-F]{1,4}\b",
        ("ip", "address"),
    ),
    "mac": (r"\b([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}\b", ("mac",)),
    "url": (r"\b[a-z]{2,12}://[^\s:@/]+:[^\s@/]+@[^\s/]+", ("url", "link")),
    "gb_nhs": (r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b", ("nhs",)),
    "gb_nino": (r"\b[A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\b", ("insurance", "nino")),
    "pl_pesel": (r"\b[0-9]{11}\b", ("pesel",)),
    "br_cpf": (r"\b[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}\b", ("cpf",)),
    "it_codice_fiscale": (
        r"\b[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]\b",
        ("codice", "fiscale"),
    ),
    "es_dni": (r"\b[0-9XYZ][0-9]{7}-?[A-Z]\b", ("dni", "nie")),
    "fr_nir": (
        r"\b[12] ?[0-9]{2} ?[0-9]{2} ?[0-9AB]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\b",
        ("nir", "sécu"),
    ),
    "nl_bsn": (r"\b[0-9]{9}\b", ("bsn",)),
    "de_tax_id": (r"\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\b", ("steuer",)),
    "in_aadhaar": (r"\b[2-9][0-9]{3} ?[0-9]{4} ?[0-9]{4}\b", ("aadhaar",)),
    "ca_sin": (r"\b[1-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}\b", ("sin", "insurance")),
    "cn_resident": (r"\b[1-9][0-9]{5}(19|20)[0-9]{9}[0-9X]\b", ("id",)),
    "passport": (r"\b[A-Z0-9]{2}[A-Z0-9]{0,2}[0-9]{5,7}\b", ("passport",)),
    "date_of_birth": (
        r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b[0-9]{2}[./][0-9]{2}[./][0-9]{4}\b",
        ("birth", "born"),
    ),
    "jwt": (r"\beyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", ("token",)),
    "api_key": (r"\b(AKIA|ASIA)[A-Z2-7]{16}\b", ("key",)),
    "private_key": (
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END [A-Z ]*PRIVATE KEY-----",
        ("key",),
    ),
    "coordinates": (
        r"[+-]?[0-9]{1,2}\.[0-9]{4,7}, ?[+-]?[0-9]{1,3}\.[0-9]{4,7}\b",
        ("position", "coordinates"),
    ),
    "postcode": (
        (
            r"\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}\b|\b[0-9]{5}\b|\b[0-9]{2}-[0-9]{3}\b"
            r"|\b[0-9]{4} [A-Z]{2}\b"
        ),
        ("postcode", "zip", "plz"),
    ),
    "street": (
        (
            rf"\b[0-9]{{1,4}}[,]? [A-Za-z]+ ({_STREETS})\b"
            rf"|({_STREETS}) [^\s,]+,? (д\. )?[0-9]{{1,4}}"
            r"|[A-Z][a-zß]+(straße|weg|allee) [0-9]{1,4}"
        ),
        ("street", "address"),
    ),
}


def presidio() -> Any:
    """An analyzer with the 28 kinds as pattern recognizers and a blank language model."""
    from presidio_analyzer import AnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry

    recognizers = [
        PatternRecognizer(
            supported_entity=name.upper(),
            patterns=[Pattern(name, pattern, 0.5)],
            context=list(context),
        )
        for name, (pattern, context) in KINDS.items()
    ]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=_blank(), supported_languages=["en"])


def presidio_as_it_comes() -> Any:
    """An analyzer with Presidio's own recognizers and a blank language model."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    return AnalyzerEngine(registry=registry, nlp_engine=_blank(), supported_languages=["en"])


def _blank() -> Any:
    import spacy
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def __init__(self) -> None:
            super().__init__()
            self.nlp = {"en": spacy.blank("en")}

    return Blank()


def _texts(path: str, limit: int) -> list[str]:
    """Rows of an Arrow file, up to so many bytes."""
    import pyarrow as pa

    texts: list[str] = []
    size = 0
    for text in pa.ipc.open_file(path).read_all().column(0).to_pylist():
        if size >= limit:
            break
        texts.append(text)
        size += len(text.encode())
    return texts


def run_presidio(texts: list[str]) -> Callable[[], int]:
    engine = presidio()
    engine.analyze(text=texts[0], language="en")  # what it loads at first
    return lambda: sum(len(engine.analyze(text=text, language="en")) for text in texts)


def run_hyperscan(texts: list[str]) -> Callable[[], int]:
    import hyperscan

    whole = "\n".join(texts).encode()
    database = hyperscan.Database()
    database.compile(
        expressions=[pattern.encode() for pattern, _ in KINDS.values()],
        ids=list(range(len(KINDS))),
        flags=[hyperscan.HS_FLAG_SOM_LEFTMOST] * len(KINDS),
    )
    count = 0

    def found(_id: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        nonlocal count
        count += 1

    def once() -> int:
        nonlocal count
        count = 0
        database.scan(whole, match_event_handler=found)
        return count

    return once


def spans_of(path: str) -> Iterator[list[tuple[int, int, str, float]]]:
    """What Presidio as it comes finds in each text of a JSON list."""
    engine = presidio_as_it_comes()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 -- runs without the rest
        texts = json.load(file)
    for text in texts:
        results = engine.analyze(text=text, language="en")
        yield [(one.start, one.end, one.entity_type, one.score) for one in results]


def turns(texts: list[str], once: Callable[[], int]) -> None:
    """Say that all is ready; do the work for each line that comes in, and say what it cost."""
    size = sum(len(text.encode()) for text in texts)
    print(json.dumps({"bytes": size}), flush=True)
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        count = once()
        cost = {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "spans": count,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }
        print(json.dumps(cost), flush=True)


def main() -> None:
    what, path = sys.argv[1:3]
    if what == "spans":
        print(json.dumps(list(spans_of(path))))
        return
    texts = _texts(path, int(sys.argv[3]))
    turns(texts, {"presidio": run_presidio, "hyperscan": run_hyperscan}[what](texts))


if __name__ == "__main__":
    main()
