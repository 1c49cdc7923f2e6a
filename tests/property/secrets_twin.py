"""The search for secrets again, in plain Python with `re`: the oracle of the compiled one."""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from privet.detect.kinds.secrets import listed_words
from privet.kernels.scan import codes
from privet.kernels.scan.key_words import (
    AUTHORIZATION,
    COMPOUND,
    FOLDER,
    KEY,
    NOTHING,
    PASSWORD,
    QUERY,
    SECRET,
    STORAGE,
    WEAK,
)

Found: TypeAlias = tuple[int, int, int, int, int] | None

_SETS = {
    "digits": rb"0-9",
    "hex": rb"0-9a-f",
    "upper": rb"0-9A-Z",
    "alnum": rb"0-9A-Za-z",
    "word": rb"\w",
    "url": rb"\w-",
    "dotted": rb"\w.-",
    "base64": rb"0-9A-Za-z+/=",
}
_KINDS = {"api_key": codes.API_KEY, "private_key": codes.PRIVATE_KEY}
_WORDS = listed_words()


@cache
def _prefixes() -> list[tuple[bytes, re.Pattern[bytes], int, int, int, int]]:
    text = files("privet.detect.kinds").joinpath("secret_prefixes.txt").read_text("utf-8")
    rows = []
    for line in text.splitlines():
        if line and not line.startswith("# "):
            prefix, letters, sizes, kind, score, _ = (part.strip() for part in line.split("|"))
            least, most = map(int, sizes.split())
            body = re.compile(
                re.escape(prefix.encode()) + b"([%b]{0,%d})" % (_SETS[letters], most + 1)
            )
            rows.append((prefix.encode(), body, least, most, _KINDS[kind], int(score)))
    return sorted(rows, key=lambda row: -len(row[0]))


def entropy(text: bytes) -> float:
    text = text[:64]
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def decoded(text: bytes) -> bytes:
    text = text.translate(bytes.maketrans(b"-_", b"+/"))
    text = text[: len(text) - (len(text) % 4 == 1)]
    return base64.b64decode(text + b"=" * (-len(text) % 4))


def word_before(b: bytes, low: int, end: int) -> tuple[int, int]:
    told, start = 0, end
    for at in range(end - 1, max(low, end - 48) - 1, -1):
        text = b[at:end]
        if re.search(rb"^[ _.-]|[ _.-]$|[ _.-]{2}", text):
            continue
        bits = _WORDS.get(re.sub(rb"[ _.-]", b"", text).lower(), 0)
        if bits and _begins(b[low:at], text, bits):
            told, start = told | bits, at
    return told, start


def _begins(before: bytes, text: bytes, bits: int) -> bool:
    if not before or bits & COMPOUND:
        return True
    if not bits & (PASSWORD | WEAK | SECRET | STORAGE | AUTHORIZATION):
        return re.search(rb"[\w.\-\x80-\xff]$", before) is None
    if re.search(rb"[A-Za-z\x80-\xff]$", before) is None:
        return True
    return re.search(rb"[a-z]$", before) is not None and text[:1].isupper()


def token(b: bytes, start: int, end: int) -> Found:
    wide = re.search(rb"\xef\xbc\x9a {0,2}\Z", b[:start])
    if wide and (found := after_key(b, wide.start(), start - 1)):
        return found
    size = end - start
    if 8 <= size <= 10 and b[end : end + 1] == b":":
        return _bot(b, start)
    left, right = b[max(0, start - 1) : start], b[end : end + 1]
    joined = left in (b"-", b".") or right in (b"-", b".")
    if size < 16 and not joined:
        return None
    found = beginning(b, start)
    if found or left not in (b"-", b"."):
        return found
    at, floor = start, max(0, start - 64)
    for dots in range(3):
        run = re.search(rb"[\w-]*\Z", b[floor:at])
        assert run is not None
        at = floor + run.start()
        if at == floor > 0:
            return None
        found = beginning(b, at)
        if found and found[1] >= end:
            return found
        if dots == 2 or b[max(0, at - 1) : at] != b".":
            return None
        at -= 1
    return None


def _bot(b: bytes, start: int) -> Found:
    match = re.compile(rb"[0-9]{8,10}:([\w-]{35})(?![\w-])").match(b, start)
    if match is None or entropy(match[1]) < 3.5:
        return None
    return start, match.end(), codes.API_KEY, 85, codes.FORMAT


def beginning(b: bytes, at: int) -> Found:
    if b[at : at + 3] == b"eyJ" and at + 30 < len(b):
        match = re.compile(rb"([\w-]{1,1024})\.([\w-]{2,8192})\.([\w-]{10,8192})(?![\w-])").match(
            b, at
        )
        if match and (b'"alg"' in decoded(match[1]) or b'"typ"' in decoded(match[1])):
            return at, match.end(), codes.JWT, 95, codes.FORMAT
        return None
    match = re.compile(rb"([M-O][\w-]{22,28})\.[\w-]{6}\.[\w-]{27,38}(?![\w-])").match(b, at)
    if match and at + 58 < len(b) and re.fullmatch(rb"[0-9]+", decoded(match[1])):
        return at, match.end(), codes.API_KEY, 95, codes.FORMAT
    for prefix, pattern, least, most, kind, score in _prefixes():
        match = pattern.match(b, at)
        if match is None or at + len(prefix) >= len(b):
            continue
        body = match[1].rstrip(b"-.") if least != most else match[1]
        end = at + len(prefix) + len(body)
        if not least <= len(body) <= most or re.match(rb"\w", b[end : end + 1]):
            continue
        beside = b[max(0, at - 1) : at] in (b"+", b"/") or b[end : end + 1] in (b"+", b"/", b"=")
        if entropy(body) < (3.0 if score < 90 else 2.0) or (score < 90 and beside):
            continue
        return at, end, kind, score, codes.PREFIX
    return None


def assignment(b: bytes, at: int) -> Found:
    return after_key(b, at, at)


def after_key(b: bytes, key_end: int, at: int) -> Found:
    before = re.search(rb"(?:\\?[\"'`])?( {0,4})\Z", b[:key_end])
    assert before is not None
    told, key_start = word_before(b, 0, before.start())
    if b[max(0, key_start - 1) : key_start] == b"$" and b[at : at + 1] == b":":
        return None
    if not told & (PASSWORD | WEAK | SECRET | KEY | STORAGE | AUTHORIZATION):
        return None
    bounds = value_bounds(b, at)
    if bounds is None:
        return None
    start, end, quoted = bounds
    value = b[start:end]
    found = beginning(b, start)
    if found:
        return found
    if told & AUTHORIZATION:
        return credentials(b, start)
    if is_placeholder(value, quoted=quoted):
        return None
    if told & (SECRET | KEY | STORAGE) == 0 and _is_word(value.rstrip(b"=")):
        return None
    if told & (PASSWORD | WEAK):
        score = password_score(b, start, end, told, key_start, at, quoted=quoted)
        return (start, end, codes.PASSWORD, score, codes.CONTEXT) if score else None
    score = secret_score(value, b[start - 1 : start], b[end : end + 1], told)
    return (start, end, codes.API_KEY, score, codes.ENTROPY) if score else None


def _is_word(value: bytes) -> bool:
    told, begin = word_before(value, 0, len(value))
    return bool(told) and begin == 0


def value_bounds(b: bytes, at: int) -> tuple[int, int, bool] | None:
    operator = re.compile(rb":=(?!=)|=[>:]|=(?![=>:])|:(?![:=>])|:=").match(b, at)
    if operator is None and b[at : at + 1] in (b":", b"="):
        return None
    rest = re.compile(rb"[ \t]{0,8}").match(b, at + 1 if operator is None else operator.end())
    assert rest is not None
    start = rest.end()
    quoted = re.compile(rb"(?:\\(?=[\"']))?([\"'`])(?s:([^\n]*?)\1)").match(b, start)
    if re.compile(rb"(?:\\(?=[\"']))?[\"'`]").match(b, start):
        if quoted is None or not 1 <= len(quoted[2]) <= 512:
            return None
        cut = len(quoted[2]) > 1 and quoted[2].endswith(b"\\")
        return quoted.start(2), quoted.end(2) - cut, True
    plain = re.compile(rb"[^\0\t\n\v\f\r ,;\"'`&<>()\[\]{}|\\\xe2-\xff]{1,511}").match(b, start)
    if plain is None or len(plain[0]) == 511:
        return None
    return start, plain.end() - (len(plain[0]) > 1 and plain[0][-1:] in (b".", b":")), False


def is_placeholder(value: bytes, *, quoted: bool) -> bool:
    shapes = [
        rb"[<{\[]",
        rb"%[({]",
        rb"%[A-Za-z].?\Z",
        rb"\xe2\x80",
        rb"(?s:.*)(?:\$\{|\$\(|\{\{|%[ds])",
        rb"[xX*.\-_#?0]+\Z",
        rb"\$\w*\Z",
    ]
    if not quoted:
        shapes.append(rb"[!#&*:?@]")
    return any(re.match(shape, value, re.DOTALL) for shape in shapes)


def password_score(
    b: bytes, start: int, end: int, told: int, key_start: int, at: int, *, quoted: bool
) -> int:
    value = b[start:end]
    strong = bool(told & PASSWORD)
    letters = len(re.findall(rb"[A-Za-z\x80-\xff]", value))
    mixed = re.search(rb"[0-9]|[^\w .\-\x80-\xff]", value) is not None
    spaces = value.count(b" ")
    if not 4 <= len(value) <= 128:
        return 0
    if quoted:
        bad = spaces > 1 or (spaces and not mixed) or (not strong and not letters)
        return 0 if bad else 85 if strong and mixed else 65
    after = b[end : end + 1] or b"\n"
    if after in b"\"'`([{>\\" or b"::" in b[start - 1 : end] or value.startswith(b"/"):
        return 0
    if mixed and (letters or strong):
        return 75 if strong and letters else 65
    if not strong or b"." in value or letters < len(value) or after not in b"\n\r;&":
        return 0
    if b[at : at + 1] == b":":
        return 55
    bare = b[start - 1 : start] == b[at : at + 1] and b[at - 1 : at] != b" "
    floor = max(0, at - 64)
    run = re.search(rb"\w*\Z", b[floor:key_start]) if key_start > floor else None
    before = key_start if run is None else floor + run.start()
    led = before == 0 or b[before - 1 : before] in (b"\n", b"&", b";", b"?", b" ", b'"')
    return 55 if bare and led else 0


def secret_score(value: bytes, before: bytes, after: bytes, told: int) -> int:
    if len(value) < 16 or (after in (b'"', b"(", b"[") and before != after):
        return 0
    if not re.fullmatch(rb"[\w+\-./=~]+", value) or (b"." in value and b"/" in value):
        return 0
    if len(re.findall(rb"[0-9]", value)) < 2 or not re.search(rb"[A-Za-z]", value):
        return 0
    if value.startswith(b"/"):
        return 0
    if told & STORAGE:
        return 95 if len(value) >= 40 and entropy(value) >= 4 else 0
    hexadecimal = re.fullmatch(rb"[0-9a-fA-F-]+", value) is not None
    if entropy(value) < (3 if hexadecimal else 4 if len(value) >= 24 else 3.5):
        return 0
    if told & KEY and not told & SECRET:
        both = re.search(rb"[a-z]", value) and re.search(rb"[A-Z]", value)
        return 55 if not hexadecimal and len(value) >= 24 and both else 0
    return 75


def credentials(b: bytes, start: int) -> Found:
    scheme = re.compile(rb"([0-9A-Za-z]{1,12}) ").match(b, start)
    if scheme is None:
        return None
    at = scheme.end()
    found = beginning(b, at)
    if found:
        return found
    rest = re.compile(rb"[\w\-.+/=~]{0,1024}").match(b, at)
    assert rest is not None
    value = rest[0]
    if len(scheme[1]) == 5 and scheme[1][:1] in b"bB":
        inner = value.split(b"=")[0]
        if len(value) < 8 or not re.fullmatch(rb"[\w+/-]*", inner):
            return None
        plain = decoded(inner)
        if re.search(rb"[\0-\x1f\x7f]", plain) or b":" not in plain:
            return None
        return at, rest.end(), codes.PASSWORD, 95, codes.FORMAT
    if len(value) < 16 or not re.search(rb"[0-9]", value) or entropy(value) < 3:
        return None
    return at, rest.end(), codes.API_KEY, 85, codes.CONTEXT


def key_block(b: bytes, at: int) -> Found:
    begin = re.compile(rb"-----BEGIN ([^-]{0,48})-----").match(b, at)
    if begin is None or b"PRIVATE KEY" not in begin[1]:
        return None
    stop = begin.end() + 16 * 1024
    inside = re.compile(rb"(?s:.*?)(?=--|\Z)").match(b, begin.end(), min(len(b), stop + 2))
    assert inside is not None
    body = inside[0][: 16 * 1024]
    if len(re.findall(rb"[A-Za-z0-9+/=_-]", body)) < 16:
        return None
    close = re.compile(rb"-----END ([^-]{0,48})-----").match(b, begin.end() + len(body))
    if close and len(body) < 16 * 1024 and b"PRIVATE KEY" in close[1]:
        return at, close.end(), codes.PRIVATE_KEY, 95, codes.FORMAT
    plain = re.match(rb"[A-Za-z0-9+/=_\- \\\t-\r]*", body)
    assert plain is not None
    solid = re.sub(rb"[ \\\t-\r]*\Z", b"", plain[0])
    if len(solid) < 32:
        return None
    return at, begin.end() + len(solid), codes.PRIVATE_KEY, 85, codes.FORMAT


def url(b: bytes, at: int) -> Found:
    scheme = re.search(rb"[0-9A-Za-z+.-]*\Z", b[max(0, at - 24) : at])
    assert scheme is not None
    name = re.sub(rb"\A[^A-Za-z]*", b"", scheme[0])
    start = at - len(name)
    if not name or at + 3 >= len(b):
        return None
    rest = re.compile(rb"[^\0-\x20\"'`<>()\[\]|\\^\xe2-\xff]{0,2048}").match(b, at + 3)
    assert rest is not None
    text = rest[0].rstrip(bytes(range(128, 256))) if len(rest[0]) == 2048 else rest[0]
    authority = re.match(rb"[^/?#]*", rest[0])
    assert authority is not None
    user, mark, _ = authority[0].rpartition(b"@")
    if mark and _with_password(user):
        return at + 3, at + 3 + len(user), codes.PASSWORD, 90, codes.FORMAT
    host = len(user) + 1 if mark else 0
    inside = [each.end() for each in re.finditer(rb"(?<=:/)/", rest[0])]
    inside = [each for each in inside if each > len(authority[0])]
    if len(inside) > 1:
        text = text[: inside[1]]
    cut = len(authority[0]) + len(text[len(authority[0]) :].rstrip(b"!,.:;?"))
    text = text[:cut]
    path = text[len(authority[0]) :]
    if path and (_own_page(text[host:]) or _in_path(path) or _in_query(path)):
        return start, at + 3 + len(text), codes.URL, 65, codes.FORMAT
    return None


def _with_password(user: bytes) -> bool:
    _, colon, secret = user.partition(b":")
    if not colon or not secret or is_placeholder(secret, quoted=True):
        return False
    told, begin = word_before(secret, 0, len(secret))
    return not (begin == 0 and told & (PASSWORD | WEAK | NOTHING))


@cache
def _hosts() -> list[bytes]:
    text = files("privet.detect.kinds").joinpath("secret_hosts.txt").read_text("utf-8")
    return [line.encode() for line in text.splitlines() if line and not line.startswith("# ")]


def _own_page(text: bytes) -> bool:
    text = re.sub(rb"\A[wW\x57\x77]+(?=[wW]\.)", b"", text)
    text = re.sub(rb"\A[wW]\.", b"", text)
    for host in _hosts():
        if text[: len(host)].lower() == host and len(text) > len(host) + 1:
            name = re.sub(rb"/\Z", b"", text[len(host) :])
            name = re.split(rb"[?#]", name)[0]
            told, begin = word_before(name, 0, len(name))
            return len(name) >= 2 and not re.search(rb"[/{$<]", name) and not (told and begin == 0)
    return False


def _in_path(path: bytes) -> bool:
    before = re.split(rb"[?#]", path)[0]
    if re.search(rb"/~[A-Za-z]", before):
        return True
    if re.search(rb"/@[\w.-]{1,63}(?:/?\Z|/[0-9]|[?#])", path[: len(before) + 1]):
        return True
    for match in re.finditer(rb"/(?=([0-9A-Za-z]{1,63}))", before):
        told, begin = word_before(path, 0, match.start())
        if not told & FOLDER or not begin or path[begin - 1 : begin] != b"/":
            continue
        if match.start() + 2 < len(path) and re.search(rb"[0-9]", match[1]):
            return True
    return False


def _in_query(path: bytes) -> bool:
    _, mark, query = path.partition(b"?")
    for part in re.split(rb"[&;?#]", query) if mark else ():
        key, sign, value = part.partition(b"=")
        if not key or not sign or not value or is_placeholder(value, quoted=False):
            continue
        told, begin = word_before(key, 0, len(key))
        if told & QUERY and begin == 0:
            return True
    return False
