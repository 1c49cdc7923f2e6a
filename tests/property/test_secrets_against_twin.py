"""The compiled search for secrets says what its plain twin says, whatever the text."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from privet.detect.kinds.secrets import listed_words, secret_tables
from privet.kernels.scan import secrets
from tests.property import secrets_twin as twin

TABLES = secret_tables()
_TRIGGERS = re.compile(rb"[A-Za-z0-9_]*[0-9][A-Za-z0-9_]*|://|[:=]|--")
_URL = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

words = st.sampled_from(sorted(listed_words()))
spelled = words | words.map(bytes.title) | words.map(bytes.upper)
prefixes = st.sampled_from([row[0] for row in twin._prefixes()])
bodies = st.integers(10, 110).flatmap(
    lambda size: st.binary(min_size=size, max_size=size).map(
        lambda raw: bytes(_URL[byte % 64] for byte in raw)
    )
)
hexes = st.binary(min_size=8, max_size=40).map(lambda raw: raw.hex().encode())
marks = st.sampled_from(
    [b" ", b" ", b"\n", b"'", b'"', b"`", b"\\", b";", b"&", b",", b".", b"-", b"_", b"/"]
)
signs = st.sampled_from(
    [
        b"=",
        b": ",
        "\N{FULLWIDTH COLON}".encode(),
        b" = ",
        b":=",
        b" => ",
        b'": "',
        b"='",
        b"==",
        b"::",
        b":",
        b"://",
    ]
)
fixed = st.sampled_from(
    [
        b"hunter2", b"changeme", b"<password>", b"${DB}", b"%s", b"xxxxxxxx", b"Bearer ", b"Basic ",
        b"dXNlcjpwYXNzd29yZA==", b"https", b"example.org", b"user:pa5s", b"@", b"?email=",
        b"/users/",        b"/~ana", b"github.com/", b"www.", b"-----BEGIN RSA PRIVATE KEY-----",
        b"-----END RSA PRIVATE KEY-----",
        b"-----BEGIN ", b"PRIVATE KEY", b"-----", b"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.", b"eyJ",
        b"MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.", b"110201543:", b"\xc3\xa9", "密".encode(),
        b"\xff", b"\0", b"0",
    ]
)  # fmt: skip
pieces = spelled | prefixes | bodies | hexes | marks | signs | fixed | st.binary(max_size=6)
keyed = st.tuples(prefixes, bodies).map(b"".join)
told = st.tuples(spelled, signs, fixed | bodies | hexes | keyed | words).map(b"".join)
urls = st.tuples(
    st.sampled_from([b"https://", b"x+y://", b"9://", b"://"]),
    st.sampled_from([b"", b"ana:pa5s@", b"ana:${P}@", b"a@b:c@", b"ana:password@", b"u@"]),
    st.sampled_from([b"example.org", b"www.github.com", b"WWW.x.com", b"wwx.com", b"linkedin.com"]),
    st.lists(
        words.map(lambda word: b"/" + word)
        | st.sampled_from([b"://", b"/42", b"/in/", b"/~a", b"/"]),
        max_size=3,
    ).map(b"".join),
    st.lists(
        st.tuples(
            st.sampled_from([b"?", b"&", b"#", b";"]),
            words | hexes,
            st.sampled_from([b"=", b"=1", b"={x}", b"=ana@b"]),
        ).map(b"".join),
        max_size=3,
    ).map(b"".join),
    st.sampled_from([b"", b".", b"),", b" x", b"\xc3\xa9", b"\xc3", "密".encode()]),
).map(b"".join)
texts = st.lists(pieces | keyed | told | urls, max_size=9).map(b"".join)


def _spans(text: bytes) -> list[tuple[int, ...] | None]:
    data = np.frombuffer(b"Zz" + text + b"9Z", np.uint8)
    low, high = 2, 2 + len(text)
    said: list[tuple[int, ...] | None] = []
    for match in _TRIGGERS.finditer(text):
        at, end = match.start() + low, match.end() + low
        match match.group():
            case b"://":
                span = secrets.url(data, low, high, at, TABLES)
            case b":" | b"=":
                span = secrets.assignment(data, low, high, at, TABLES)
            case b"--":
                span = secrets.key_block(data, low, high, at)
            case _:
                span = secrets.token(data, low, high, at, end, TABLES)
        said.append((span[0] - low, span[1] - low, *span[2:]) if span[1] else None)
    return said


def _twin_spans(text: bytes) -> list[tuple[int, ...] | None]:
    said: list[tuple[int, ...] | None] = []
    for match in _TRIGGERS.finditer(text):
        match match.group():
            case b"://":
                said.append(twin.url(text, match.start()))
            case b":" | b"=":
                said.append(twin.assignment(text, match.start()))
            case b"--":
                said.append(twin.key_block(text, match.start()))
            case _:
                said.append(twin.token(text, match.start(), match.end()))
    return said


@settings(max_examples=400)
@given(texts)
def test_kernel_and_twin_say_the_same(text: bytes) -> None:
    assert _spans(text) == _twin_spans(text)


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes(text: bytes) -> None:
    assert _spans(text) == _twin_spans(text)


@given(
    st.lists(told | keyed | urls | st.text(max_size=8).map(str.encode), max_size=8).map(b"".join)
)
def test_spans_cut_valid_text(text: bytes) -> None:
    try:
        text.decode()
    except UnicodeDecodeError:
        return
    for span in _spans(text):
        if span is not None:
            text[span[0] : span[1]].decode()
