"""Surrogates beside Faker, a call for each span: `python bench/redact.py`.

CPU time of one process, the contenders taken in turn, the median of three; compile time is left
out. Every span holds another value, which is the dearest case: what recurs is drawn once. Faker is
seeded by each value, as it must be if equal values are to have equal surrogates, and not, as a
floor.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
import zlib
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from faker import Faker

from privet.kernels.hmac_column import expect
from privet.kernels.scan import codes
from privet.kernels.spans import Spans
from privet.transforms.linkage import LinkageKey
from privet.transforms.text.plan import KindFacts, Plan, Rule
from privet.transforms.text.protecting import protect

KEY = LinkageKey("bench", "bench", bytes(range(32)))
FACTS = {
    codes.EMAIL: KindFacts("email", "user.contact.email"),
    codes.PHONE: KindFacts("phone", "user.contact.phone_number"),
    codes.CARD: KindFacts("card"),
    codes.IBAN: KindFacts("iban"),
    codes.IP: KindFacts("ip"),
    codes.NAME: KindFacts("name", "user.name"),
}
FAKER = Faker("en_US")
BY_FAKER: dict[int, Callable[[], str]] = {
    codes.EMAIL: FAKER.email,
    codes.PHONE: FAKER.phone_number,
    codes.CARD: FAKER.credit_card_number,
    codes.IBAN: FAKER.iban,
    codes.IP: FAKER.ipv4,
    codes.NAME: FAKER.name,
}
AROUND = "as was agreed upon with {} on the last day of the month, see above"


def made(code: int, row: int, draw: random.Random) -> str:
    """A value of a kind that no other row has."""
    letters = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=11))
    return {
        codes.EMAIL: f"{letters[:5]}.{letters[5:]}{row}@example.org",
        codes.PHONE: f"+49 151 {row:08d}",
        codes.CARD: f"4556 {row // 10**4:04d} {row % 10**4:04d} {draw.randrange(10**4):04d}",
        codes.IBAN: f"DE89 3704 {row // 10**4:04d} {row % 10**4:04d} 0130 00",
        codes.IP: f"10.{row >> 16 & 255}.{row >> 8 & 255}.{row & 255}",
        codes.NAME: f"{letters[:5].title()} {letters[5:].title()}",
    }[code]


def corpus(spans: int) -> tuple[list[str], list[str], Spans]:
    """Texts of one span each, kinds in turn: the texts, the values, where they stand."""
    draw = random.Random(5)
    kinds = [list(FACTS)[row % len(FACTS)] for row in range(spans)]
    values = [made(code, row, draw) for row, code in enumerate(kinds)]
    start = np.full(spans, AROUND.index("{}"), np.int64)
    end = start + np.array([len(value) for value in values])
    ones = np.ones(spans, np.uint8)
    places = Spans(np.arange(spans), start, end, np.array(kinds, np.uint16), ones, ones)
    return [AROUND.format(value) for value in values], values, places


def by_faker(texts: list[str], spans: Spans, *, seeded: bool) -> list[str]:
    """A call for each span."""
    out = []
    for text, start, end, code in zip(
        texts, spans.start.tolist(), spans.end.tolist(), spans.kind.tolist(), strict=True
    ):
        if seeded:
            FAKER.seed_instance(zlib.crc32(text[start:end].encode()))
        out.append(text[:start] + BY_FAKER[code]() + text[end:])
    return out


def seconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    texts, values, spans = corpus(options.spans)
    array = pa.array(texts)
    plans = {
        how: Plan(Rule(how), kinds=FACTS, key=KEY)
        for how in ("surrogate", "token", "mask", "tag", "redact")
    }
    runs: dict[str, Callable[[], object]] = {
        how: lambda plan=plan: protect(array, spans, plan) for how, plan in plans.items()
    }
    runs["Faker"] = lambda: by_faker(texts, spans, seeded=False)
    runs["Faker, seeded by the value"] = lambda: by_faker(texts, spans, seeded=True)
    expect(10**6)  # the compiled HMAC, as in a process that has seen 200,000 values
    for plan in plans.values():
        protect(array, spans, plan)
    turns = [{name: seconds(run) for name, run in runs.items()} for _ in range(options.turns)]
    took = {name: statistics.median(turn[name] for turn in turns) for name in runs}
    for name, spent in took.items():
        ratio = spent / took["surrogate"]
        each = spent / options.spans * 1e6
        print(f"{name:28} {spent:6.2f} s   {each:7.2f} µs a span   {ratio:6.1f} x surrogate")
    kinds = np.array(spans.kind)
    out = protect(pa.array(values), whole(values, spans), plans["surrogate"]).to_pylist()
    for code, facts in FACTS.items():
        mine = [out[row] for row in np.flatnonzero(kinds == code)]
        print(f"{facts.name:8} {len(mine)} values, {len(set(mine))} surrogates")


def whole(values: list[str], spans: Spans) -> Spans:
    """Each value a text of its own."""
    end = np.array([len(value.encode()) for value in values])
    return Spans(spans.row, 0 * end, end, spans.kind, spans.score, spans.evidence)


if __name__ == "__main__":
    main()
