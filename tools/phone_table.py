"""Make `src/privet/detect/kinds/phone_table.txt` from the metadata of libphonenumber.

    .venv/bin/python -m tools.phone_table

Run it when `phonenumbers` (the Python port of libphonenumber, Apache-2.0) is updated; it needs some
seconds. The metadata's regular expressions become one minimal acyclic automaton over digits, with
an entry for what follows a `+` and one for numbers as dialled in each of the regions listed below.

Labels of the international entry: 2 `is_valid_number` holds, 1 the length is possible, 0 neither,
for the number as `parse` understands it (a trunk prefix after the calling code is taken off).
Labels of a region's entry: 2 valid and dialled with the trunk prefix that the region's format asks
for, 1 valid to `parse` all the same, 0 neither.
"""

from __future__ import annotations

import base64
import io
import itertools
import re
import sys
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import phonenumbers
from phonenumbers import PhoneMetadata

from tools.phone_automata import LONGEST, Automata, Prefix, group_lengths, prefixes

REGIONS = (  # noqa: SIM905
    "US CA GB DE FR ES IT NL PT PL BR MX AR CL CO IN AU NZ JP CN KR RU UA TR SE NO DK FI CH AT BE "
    "IE CZ SK HU RO BG GR HR SI RS LT LV EE LU IL ZA NG KE EG MA SA AE PK BD ID MY PH SG TH VN TW"
).split()
TARGET = Path(__file__).parents[1] / "src/privet/detect/kinds/phone_table.txt"
TYPES = (  # noqa: SIM905
    "fixed_line mobile toll_free premium_rate shared_cost personal_number voip pager uan voicemail"
).split()
VALID, POSSIBLE, GENERAL, KEPT, TRUNK = 1, 2, 4, 8, 16
"""Bits about a national number; KEPT: `parse` keeps it when a prefix was taken off."""

automata = Automata()
ANY_LENGTH = automata.lengths(range(LONGEST + 1))


def metadata_of(region: str, code: int) -> PhoneMetadata:
    """The metadata of a region, or of a calling code that belongs to none."""
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)


@cache
def valid(region: str, code: int) -> int:
    """Numbers of a type that the region has."""
    about = metadata_of(region, code)
    general = automata.matches(about.general_desc.national_number_pattern)
    found = 0
    for name in TYPES:
        kind = getattr(about, name)
        if kind is not None and kind.national_number_pattern:
            lengths = automata.lengths(kind.possible_length or range(LONGEST + 1))
            pattern = automata.matches(kind.national_number_pattern)
            found = automata.union(
                found, automata.combined(lambda at: int(all(at)), lengths, (general, pattern))
            )
    return found


def valid_anywhere(code: int) -> int:
    """Numbers of a calling code that `is_valid_number` holds for: its first region decides."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    parts, begins = [], []
    for region in regions:
        leading = metadata_of(region, code).leading_digits if len(regions) > 1 else None
        parts.append(valid(region, code))
        begins.append(automata.begins(leading) if leading else None)
    leads = [begin for begin in begins if begin is not None]

    def decided(at: tuple[int, ...]) -> int:
        lead = iter(at[1 + len(parts) :])
        for label, begin in zip(at[1 : 1 + len(parts)], begins, strict=True):
            if next(lead) if begin is not None else label:
                return label
        return 0

    return automata.combined(decided, ANY_LENGTH, (*parts, *leads))


def trunk_needed(about: PhoneMetadata) -> int:
    """Numbers whose national format has the trunk prefix, and not as something optional."""
    formats = about.number_format
    if not formats and about.country_code:
        main = phonenumbers.region_code_for_country_code(about.country_code)
        formats = metadata_of(main, about.country_code).number_format
    parts = []
    needs = []
    for shown in formats:
        parts.append(
            automata.begins(shown.leading_digits_pattern[-1]) if shown.leading_digits_pattern else 1
        )
        parts.append(automata.matches(shown.pattern))
        rule = (shown.national_prefix_formatting_rule or "").replace("\\1", "")
        digits = any(sign.isdigit() for sign in rule)
        needs.append(digits and not shown.national_prefix_optional_when_formatting)

    def decided(at: tuple[int, ...]) -> int:
        for index, need in enumerate(needs):
            if at[1 + 2 * index] and at[2 + 2 * index]:
                return int(need)
        return 0

    return automata.combined(decided, ANY_LENGTH, parts)


def known(about: PhoneMetadata, accepted: int, trunk: int) -> int:
    """What there is to know about a national number before a prefix is looked for."""
    general = about.general_desc
    lengths, local = set(general.possible_length), set(general.possible_length_local_only)
    possible = automata.lengths(lengths - local)
    kept = automata.lengths((lengths | set(range(max(lengths) + 1, LONGEST + 1))) - local)
    pattern = automata.matches(general.national_number_pattern)

    def label(at: tuple[int, ...]) -> int:
        bits = (VALID, POSSIBLE, GENERAL, KEPT, TRUNK)
        return sum(bit for bit, holds in zip(bits, at[1:], strict=True) if holds)

    return automata.combined(label, ANY_LENGTH, (accepted, possible, pattern, kept, trunk))


def dialled(base: int, ways: list[Prefix], *, national: bool) -> int:
    """`base` with prefixes taken off as `parse` takes them, labelled as the module says."""
    made: dict[tuple[object, ...], int] = {}

    def final(at: int, alive: tuple[tuple[Prefix, int], ...]) -> int:
        own = automata.nodes[at][0]
        for way, inner in alive:
            if not way.steps:
                taken = automata.nodes[inner][0]
                refused = (own & GENERAL and not taken & GENERAL) or not taken & KEPT
                if refused:
                    break
                return _label(taken & ~TRUNK, national=national)
        return _label(own, national=national)

    def build(at: int, alive: tuple[tuple[Prefix, int], ...], depth: int) -> int:
        if (not alive and at == 0) or depth > LONGEST:
            return 0
        key = (at, alive, depth if at == 0 else 0)
        if key not in made:
            nexts = [
                build(automata.nodes[at][1][digit], _stepped(alive, digit), depth + 1)
                for digit in range(10)
            ]
            made[key] = automata.node(final(at, alive), nexts)
        return made[key]

    nothing = Prefix(())
    useful = ways[: ways.index(nothing)] if nothing in ways else ways
    return build(base, _settled([(way, _start(base, way)) for way in useful]), 0)


def _label(bits: int, *, national: bool) -> int:
    if national:
        return (1 if bits & TRUNK else 2) if bits & VALID else 0
    return 2 if bits & VALID else int(bool(bits & POSSIBLE))


def _start(base: int, way: Prefix) -> int:
    for digit in way.before:
        base = automata.nodes[base][1][digit]
    return base


def _stepped(alive: tuple[tuple[Prefix, int], ...], digit: int) -> tuple[tuple[Prefix, int], ...]:
    after = []
    for way, inner in alive:
        onward = automata.nodes[inner][1][digit]
        if way.steps:
            digits, kept = way.steps[0]
            if digit in digits:
                rest = Prefix(way.steps[1:], (), way.whole)
                after.append((rest, onward if kept else inner))
        elif not way.whole:
            after.append((way, onward))
    return _settled(after)


def _settled(alive: list[tuple[Prefix, int]]) -> tuple[tuple[Prefix, int], ...]:
    """Without the ways that a preferred one, matched already, makes useless, and no doubles."""
    left: list[tuple[Prefix, int]] = []
    for way, inner in alive:
        known_way = (Prefix(way.steps, (), way.whole), inner)
        if known_way not in left:
            left.append(known_way)
        if not way.steps and not way.whole:
            break
    return tuple(left)


def _prefixes(about: PhoneMetadata) -> list[Prefix]:
    pattern = about.national_prefix_for_parsing
    return prefixes(pattern, about.national_prefix_transform_rule) if pattern else []


def international() -> int:
    """The automaton of what follows a `+`."""
    entries: dict[str, int] = {}
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        about = metadata_of(phonenumbers.region_code_for_country_code(code), code)
        base = known(about, valid_anywhere(code), 0)
        entries[str(code)] = dialled(base, _prefixes(about), national=False)

    def build(read: str) -> int:
        if read in entries:
            return entries[read]
        if len(read) == 3:
            return 0
        return automata.node(0, [build(read + str(digit)) for digit in range(10)])

    return build("")


def national(region: str) -> int:
    """The automaton of numbers as they are dialled within a region."""
    code = phonenumbers.country_code_for_region(region)
    about = metadata_of(region, code)
    base = known(about, valid(region, code), trunk_needed(about))
    return dialled(base, _prefixes(about), national=True)


def written_forms(region: str) -> set[int]:
    """The lengths of the groups that the region's numbers are written in, each a decimal digit."""
    code = phonenumbers.country_code_for_region(region)
    main = metadata_of(phonenumbers.region_code_for_country_code(code), code)
    about = metadata_of(region, code)
    shown = about.number_format or main.number_format
    found = set()
    for form in (*shown, *(about.intl_number_format or main.intl_number_format)):
        parts = re.findall(r"(?:\\\d)+", form.format)
        if re.search(r"\d", re.sub(r"\\\d", "", form.format)):
            continue
        for lengths in itertools.product(*group_lengths(form.pattern)):
            groups = [sum(lengths[int(sign) - 1] for sign in part[1::2]) for part in parts]
            if len(groups) > 1 and max(groups) < 10:
                found.add(int("".join(map(str, groups))))
    return found


def arrays(roots: list[int]) -> dict[str, npt.NDArray[np.generic]]:
    """The reachable nodes, numbered anew in the order of a walk in breadth from the roots."""
    order = {0: 0}
    queue = [root for root in dict.fromkeys(roots) if root]
    order.update((root, number) for number, root in enumerate(queue, 1))
    for at in queue:
        for child in automata.nodes[at][1]:
            if child not in order:
                order[child] = len(order)
                queue.append(child)
    began = np.zeros((1000, LONGEST + 1), np.uint64)
    for bit, root in enumerate(roots[1:]):
        for start in range(1000):
            at = root
            for digit in f"{start:03}":
                at = automata.nodes[at][1][int(digit)]
            for length in _lengths(at):
                began[start, length + 3] |= np.uint64(1 << bit)
    formed: dict[int, int] = {}
    for bit, region in enumerate(REGIONS):
        for form in written_forms(region):
            formed[form] = formed.get(form, 0) | 1 << bit
    kind = np.uint16 if len(order) < 1 << 16 else np.uint32
    return {
        "onward": np.array([[order[to] for to in automata.nodes[at][1]] for at in order], kind),
        "label": np.array([automata.nodes[at][0] for at in order], np.uint8),
        "roots": np.array([order[root] for root in roots], kind),
        "began": began,
        "forms": np.array(sorted(formed), np.int64),
        "formed": np.array([formed[form] for form in sorted(formed)], np.uint64),
        "regions": np.array(REGIONS),
    }


@cache
def _lengths(at: int) -> frozenset[int]:
    """How many digits may follow up to a number that is valid as dialled."""
    label, children = automata.nodes[at]
    after = {length + 1 for child in set(children) - {0} for length in _lengths(child)}
    return frozenset(after | ({0} if label == 2 else set()))


def written(found: dict[str, npt.NDArray[np.generic]]) -> str:
    """The text of the file: its origin, then the arrays (`npz`, deflated) in base 85."""
    stored = io.BytesIO()
    np.savez(stored, **found)  # type: ignore[arg-type]
    packed = base64.b85encode(zlib.compress(stored.getvalue(), 9)).decode()
    lines = [packed[at : at + 120] for at in range(0, len(packed), 120)]
    origin = (
        f"# Made by tools/phone_table.py from phonenumbers {phonenumbers.__version__} "
        "(libphonenumber's metadata, Apache-2.0)"
    )
    return "\n".join([origin, *lines]) + "\n"


def main() -> None:
    """Write the table and say how large it is."""
    sys.setrecursionlimit(10_000)
    found = arrays([international(), *map(national, REGIONS)])
    text = written(found)
    TARGET.write_text(text, encoding="ascii")
    sys.stdout.write(f"{len(found['label'])} nodes, {len(text)} bytes\n")


if __name__ == "__main__":
    main()
