"""`format`: a value becomes another of the same form, and comes back under the key.

FF1 (NIST SP 800-38G revision 1) over the characters of an alphabet. Punctuation, signs and spaces
stay where they are; any other character beyond the alphabet makes the value unfit, since it would
leave as it is. FF1 proves nothing: whatever has the form decrypts to something. FF3 and FF3-1 are
not offered: the second draft of revision 1 (February 2025) takes them out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from privet.model.errors import Refused
from privet.model.policy import Treatment
from privet.transforms.alphabets import Codes, alphabet_of
from privet.transforms.arrow import Values
from privet.transforms.check_digits import CHECKS, IBAN_HEAD, CheckDigits, Numbers
from privet.transforms.code_points import CodePoints, Mask, Places
from privet.transforms.format_batches import Digits, FormatCipher
from privet.transforms.operation import Input, Prepared
from privet.transforms.parameters import integer, text
from privet.transforms.plain_values import null_mask

LONGEST: Final = 1_000
"""Characters of the alphabet in one value, at most."""

ALGORITHM: Final = "FF1-AES-256"
_DIGITS = "digits"
_IBAN = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Form:
    """What of a value is encrypted.

    Attributes:
        codes: the alphabet, or for an IBAN all letters and digits.
        radix: of what is encrypted.
        keep_first: characters of the alphabet that stay at the start.
        check: the check digits that stay valid.
    """

    codes: Codes
    radix: int
    keep_first: int = 0
    check: CheckDigits | None = None
    iban: bool = False

    @property
    def shortest(self) -> int:
        """Characters of the alphabet that a value has at least."""
        from privet.crypto.ff1 import shortest  # noqa: PLC0415 (loads OpenSSL)

        checked = len(self.check.places) if self.check else 0
        return shortest(self.radix) + self.keep_first + (0 if self.iban else checked)


@dataclass(frozen=True, slots=True)
class _Unfit:
    """Values that cannot be encrypted, by reason."""

    beyond: Mask
    short: Mask
    long: Mask
    wrong: Mask


def form_of(treatment: Treatment) -> Form:
    """Read the parameters of a `format`.

    Raises:
        ValueError: an alphabet that is none, or check digits over something else than digits.
    """
    radix = integer(treatment, "radix", 0) or None
    named = text(treatment, "alphabet", "") or None
    characters = alphabet_of(named, radix)
    keep_first = integer(treatment, "keep_first", 0)
    check = text(treatment, "check", "")
    if not check:
        return Form(Codes(characters), len(characters), keep_first)
    if characters != alphabet_of(_DIGITS, None):
        raise ValueError(f"`check: {check}` is for numbers: leave `alphabet` and `radix` out")
    if check == "mod97":
        if keep_first:
            raise ValueError("an IBAN keeps its country: leave `keep_first` out")
        return Form(Codes(_IBAN, folded=True), 10, 0, CHECKS[check], iban=True)
    return Form(Codes(characters), 10, keep_first, CHECKS[check])


def prepare(treatment: Treatment, column: Input) -> Prepared:
    """Encrypt each value within its form; the reverse decrypts it.

    Raises:
        ValueError: parameters that do not go together.
    """
    form = form_of(treatment)
    lenient = text(treatment, "unfit", "stop") == "null"

    def cipher() -> FormatCipher:
        if column.key is None:
            raise ValueError("`format` needs the key of its linkage domain")
        # Imported here: it loads OpenSSL, and checking a policy does not need it.
        from privet.crypto.mac import derive_key  # noqa: PLC0415

        tweak = f"privet/format/1/{column.key.domain}".encode()
        return FormatCipher(derive_key(column.key.secret, "ff1"), form.radix, tweak)

    def run(values: Values, _: Values | None) -> Values:
        done, unfit = _apply(values, form, cipher().encrypt)
        if not lenient and unfit is not None:
            _refuse(unfit, form, column.path)
        return done

    def restore(values: Values) -> Values:
        return _apply(values, form, cipher().decrypt)[0]

    return Prepared(pa.string(), run, ALGORITHM, per_value=True, reverse=restore)


def _refuse(unfit: _Unfit, form: Form, path: str) -> None:
    """Say what is wrong with how many values.

    Raises:
        Refused: always.
    """
    what = "digits" if form.radix == 10 else f"characters of its alphabet of {form.radix}"
    reasons = (
        (unfit.beyond, "have letters or digits beyond the alphabet, which would leave as they are"),
        (unfit.short, f"have fewer than {form.shortest} {what}: fewer than a million others"),
        (unfit.long, f"have more than {LONGEST:,} {what}"),
        (unfit.wrong, "have wrong check digits"),
    )
    told = [f"{int(mask.sum()):,} {words}" for mask, words in reasons if mask.any()]
    raise Refused(
        f"`{path}` cannot keep its form: of the distinct values of a batch {'; '.join(told)}",
        hint="hold such rows back by a rule in the contract, write `unfit: null` to leave these "
        "values out, or use `encrypt` or `token`",
    )


def _apply(
    values: Values, form: Form, step: Callable[[Digits], Digits]
) -> tuple[Values, _Unfit | None]:
    """Each value in its other form, null where it is null or unfit; and what was unfit."""
    text = CodePoints.of(values)
    codes = form.codes.of(text.points)
    member = codes >= 0
    before = _before(member)[text.starts]
    null = null_mask(values)
    live = ~null if null is not None else np.ones(len(values), np.bool_)
    known = Numbers(codes[member], before[:-1], before[1:])
    active = _active(form, known)
    slots = np.flatnonzero(active)
    bounds = _before(active)[before]
    unfit = _judge(form, known, live, _beyond(text, member), np.diff(bounds))
    fit = live & ~(unfit.beyond | unfit.short | unfit.long | unfit.wrong)
    _encrypt(known, slots, bounds, fit, step)
    chosen = Numbers(known.codes, known.starts[fit], known.ends[fit])
    if form.check is not None and len(chosen.starts):
        form.check.write(chosen)
    # The letters of an IBAN stay as they are, small or capital.
    written = known.codes < form.radix
    points = text.points.copy()
    points[np.flatnonzero(member)[written]] = form.codes.points[known.codes[written]]
    left = CodePoints(points, text.starts)
    return left.array(~fit), (unfit if not fit[live].all() else None)


def _before(mask: Mask) -> Places:
    """How many are marked before each place, and in all."""
    counts = np.zeros(len(mask) + 1, np.int64)
    np.cumsum(mask, out=counts[1:])
    return counts


def _active(form: Form, known: Numbers) -> Mask:
    """Which characters of the alphabet are encrypted."""
    active = known.codes < 10 if form.iban else np.ones(len(known.codes), np.bool_)
    if form.iban:
        active &= ~_head(known)
    for step in range(form.keep_first):
        at = known.starts + step
        active[at[at < known.ends]] = False
    if form.check is not None and not form.iban:
        active[(known.ends - 1)[known.ends > known.starts]] = False
    return active


def _head(known: Numbers) -> Mask:
    head = np.zeros(len(known.codes), np.bool_)
    for step in range(IBAN_HEAD):
        at = known.starts + step
        head[at[at < known.ends]] = True
    return head


def _judge(form: Form, known: Numbers, live: Mask, beyond: Mask, counts: Places) -> _Unfit:
    """What stands in the way, the first reason of each value alone."""
    shortest = form.shortest - form.keep_first
    if form.check is not None and not form.iban:
        shortest -= len(form.check.places)
    beyond = live & beyond
    short = live & ~beyond & (counts < shortest)
    long = live & ~beyond & (known.ends - known.starts > LONGEST)
    wrong = np.zeros(len(live), np.bool_)
    if form.check is not None:
        rows = np.flatnonzero(live & ~(beyond | short | long))
        chosen = Numbers(known.codes, known.starts[rows], known.ends[rows])
        wrong[rows] = ~_right(form, chosen)
    return _Unfit(beyond, short, long, wrong)


def _right(form: Form, numbers: Numbers) -> Mask:
    if form.check is None or not len(numbers.starts):
        return np.ones(len(numbers.starts), np.bool_)
    right = np.ones(len(numbers.starts), np.bool_)
    if form.iban:
        for step in range(IBAN_HEAD):
            letter = numbers.codes[numbers.starts + step] > 9
            right &= letter == (step < 2)
    right[right] = form.check.valid(
        Numbers(numbers.codes, numbers.starts[right], numbers.ends[right])
    )
    return right


def _beyond(text: CodePoints, member: Mask) -> Mask:
    """Which texts have a letter or digit that is not of the alphabet."""
    rows = np.zeros(len(text.starts) - 1, np.bool_)
    others = np.flatnonzero(~member)
    if not len(others):
        return rows
    distinct, which = np.unique(text.points[others], return_inverse=True)
    telling = np.array([not _silent(chr(point)) for point in distinct.tolist()], np.bool_)
    found = others[telling[which]]
    rows[np.searchsorted(text.starts, found, side="right") - 1] = True
    return rows


def _silent(character: str) -> bool:
    """Whether it is punctuation, a sign or white space: it tells nothing but the form."""
    from unicodedata import category  # noqa: PLC0415

    return category(character)[0] in "PSZ"


def _encrypt(
    known: Numbers, slots: Places, bounds: Places, fit: Mask, step: Callable[[Digits], Digits]
) -> None:
    """Encrypt what is active of the fit values, in place, all of one length together."""
    counts = np.where(fit, np.diff(bounds), 0)
    for length in np.unique(counts[fit]).tolist():
        rows = np.flatnonzero(counts == length)
        at = slots[bounds[rows][:, None] + np.arange(length)]
        known.codes[at] = step(known.codes[at].astype(np.uint16))
