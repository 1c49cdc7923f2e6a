"""The search for secrets: what it finds, what it leaves alone, and that it stays in its bounds."""

from __future__ import annotations

import re

import numpy as np
import pytest

from privet.detect.kinds.secrets import secret_tables
from privet.kernels.scan import codes, secrets
from privet.kernels.scan import secret_tables as layout

TABLES = secret_tables()
_TRIGGERS = re.compile(rb"[A-Za-z0-9_]*\d[A-Za-z0-9_]*|://|[:=]|--")
_BODY = "Zk8vQ2mX7pLr4TnB9wYc3HsD6fJg1RaE5uKi0oMx2VbNqWtPzSdFhGjClA"
_WEB_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
_BASE64 = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz"


def found(text: str) -> set[tuple[str, int]]:
    """What the kernels say of a text: its secrets and their kinds, at least as sure as 50."""
    given = text.encode()
    data = np.frombuffer(b"~~" + given + b"~~", np.uint8)
    low, high = 2, 2 + len(given)
    spans = set()
    for match in _TRIGGERS.finditer(given):
        start, end = match.start() + low, match.end() + low
        match match.group():
            case b"://":
                span = secrets.url(data, low, high, start, TABLES)
            case b":" | b"=":
                span = secrets.assignment(data, low, high, start, TABLES)
            case b"--":
                span = secrets.key_block(data, low, high, start)
            case _:
                span = secrets.token(data, low, high, start, end, TABLES)
        if span[1]:
            assert low <= span[0] < span[1] <= high
            assert 50 <= span[3] <= 100
            spans.add((bytes(data[span[0] : span[1]]).decode(), span[2]))
    return spans


@pytest.mark.parametrize(
    "key",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ASIA" + _BODY[:16].upper(),
        *(f"gh{letter}_{_BODY[:36]}" for letter in "pousr"),
        "github_pat_" + _BODY[:22] + "_" + _BODY + "1",
        "glpat-" + _BODY[:20],
        "xoxb-123456789012-1234567890123-" + _BODY[:24],
        "xoxp-123456789012-" + _BODY[:24],
        "xapp-1-A0123456789-" + _BODY[:24],
        "sk_live_" + _BODY[:24],
        "rk_live_" + _BODY[:24],
        "sk-" + _BODY[:48],
        "sk-proj-" + _BODY[:48],
        "sk-ant-api03-" + _BODY[:48],
        "AIza" + _BODY[:20] + "-" + _BODY[20:34],
        "ya29." + _BODY[:40],
        "SG." + _BODY[:22] + "." + _BODY[:43],
        "hf_" + _BODY[:34],
        "npm_" + _BODY[:36],
        "dop_v1_" + "0123456789abcdef" * 4,
        "shpat_" + "0123456789abcdef" * 2,
        "key-" + "0123456789abcdef" * 2,
        "AC" + "0123456789abcdef" * 2,
        "SK" + "0123456789abcdef" * 2,
        "EAA" + (_BODY * 2)[:90],
        "110201543:" + _BODY[:35],
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ." + _BODY[:27],
    ],
)
def test_keys_by_how_they_begin(key: str) -> None:
    for text in (key, f"use {key}.", f'("{key}")', f"密钥{key}、", f"x\n{key}\ny"):
        assert found(text) == {(key, codes.API_KEY)}, text


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "X" * 16,
        "AKIA" + _BODY[:17].upper(),
        "a" + "AKIAIOSFODNN7EXAMPLE",
        "ghp_" + "x" * 36,
        "ghp_" + _BODY[:35],
        "ghp_" + _BODY[:37],
        "sk-learn-1.2.3-py311-none-any",
        "sk_live_<your key 1>",
        "hf_1",
        "AC" + "1" * 32,
        "eyJhbGciOiJIUzI1NiJ9.abc",
        "eyJub3RoaW5nIjoxMjM0NTY3OH0.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
        "12345678:00",
    ],
)
def test_what_only_begins_like_a_key(text: str) -> None:
    assert found(text) == set()


def test_json_web_tokens() -> None:
    for text in (_WEB_TOKEN, f"Authorization: Bearer {_WEB_TOKEN}", f"jwt={_WEB_TOKEN}, x"):
        assert found(text) == {(_WEB_TOKEN, codes.JWT)}


@pytest.mark.parametrize("what", ["RSA PRIVATE", "OPENSSH PRIVATE", "PRIVATE", "EC PRIVATE"])
def test_key_blocks_go_to_their_last_line(what: str) -> None:
    block = f"-----BEGIN {what} KEY-----\n{_BASE64}\n{_BASE64}\n-----END {what} KEY-----"
    assert found(f"a {block} b") == {(block, codes.PRIVATE_KEY)}
    assert found(block.replace("\n", "\\n")) == {(block.replace("\n", "\\n"), codes.PRIVATE_KEY)}
    cut = f"-----BEGIN {what} KEY-----\n{_BASE64}\n{_BASE64}"
    assert found(cut + "\n") == {(cut, codes.PRIVATE_KEY)}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN CERTIFICATE-----\n" + _BASE64 + "\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n" + _BASE64 + "\n-----END PUBLIC KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----",
        'if "-----BEGIN PRIVATE KEY-----" in text: raise ValueError("a key")',
        "-" * 5000,
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_what_is_no_private_key(text: str) -> None:
    assert found(text) == set()


def test_a_key_block_without_an_end_is_bounded() -> None:
    ((block, _),) = found("-----BEGIN PRIVATE KEY-----\n" + "QUJD" * 20_000)
    assert len(block) < 17_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("password: hunter2", "hunter2"),
        ("password: hunter2.", "hunter2"),
        ("Password=hunter2;", "hunter2"),
        ('"password": "s3cret!"', "s3cret!"),
        ('{\\"password\\": \\"hunter22\\"}', "hunter22"),
        ("DB_PASSWORD=changeme", "changeme"),
        ("dbPassword = 'x9!kk2'", "x9!kk2"),
        ("'passwd' => 'x9!kk2'", "x9!kk2"),
        ("passwd := `x9!kk2`", "x9!kk2"),
        ("Server=db;User Id=sa;Pwd=P@ssw0rd;Encrypt=yes", "P@ssw0rd"),
        ("mysql_pass=abc123x", "abc123x"),
        ("Passwort: Geheim99", "Geheim99"),
        ("Mot de passe : Zorro22", "Zorro22"),
        ("contraseña: gatito99", "gatito99"),
        ("CONTRASEÑA: gatito99", "gatito99"),
        ("senha: gatinho99", "gatinho99"),
        ("wachtwoord: geheim99", "geheim99"),
        ("Hasło: tajne99", "tajne99"),
        ("Пароль: qwerty123", "qwerty123"),
        ("密码:abc123、请", "abc123"),
        ("密码\uff1aabc123\u3002", "abc123"),
        ("パスワード\uff1a abc123", "abc123"),
        ("パスワード: abc123", "abc123"),
        ("비밀번호: abc123", "abc123"),
        ("postgres://ana:s3cr3t@db.example.org:5432/x", "ana:s3cr3t"),
        ("amqp://ana:p@ss9@mq.example.org", "ana:p@ss9"),
        ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA=="),
    ],
)
def test_passwords(text: str, value: str) -> None:
    assert found(text) == {(value, codes.PASSWORD)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('api_key = "9f8d7c6b5a493827160f5e4d3c2b1a09"', "9f8d7c6b5a493827160f5e4d3c2b1a09"),
        ("apiKey: " + _BODY[:32], _BODY[:32]),
        ("X-Api-Key: " + _BODY[:32], _BODY[:32]),
        ("AccountKey=" + _BODY + _BODY[:28] + "==;", _BODY + _BODY[:28] + "=="),
        ("SharedAccessKey=" + _BODY[:43] + "=", _BODY[:43] + "="),
        (
            "//registry.npmjs.org/:_authToken=8a7f6e5d-4c3b-2a19-0817-f6e5d4c3b2a1",
            "8a7f6e5d-4c3b-2a19-0817-f6e5d4c3b2a1",
        ),
        ('"Authorization": "Bearer abcd1234efgh5678ijkl"', "abcd1234efgh5678ijkl"),
        ('"private_key_id": "' + "0a1b2c3d4e5f67890a1b" * 2 + '"', "0a1b2c3d4e5f67890a1b" * 2),
        ("key = " + _BODY[:32], _BODY[:32]),
    ],
)
def test_secrets_that_machines_make(text: str, value: str) -> None:
    assert found(text) == {(value, codes.API_KEY)}


@pytest.mark.parametrize(
    "text",
    [
        "password: <password>",
        "password=${DB_PASS}",
        "password=$(pass show db)",
        "password=$PASSWORD1",
        "password: {{ vault_1 }}",
        "password = '%s' % x",
        'password = os.environ["X1"]',
        "password = getpass()",
        "password = None",
        "password: null",
        "password: ********",
        "password: xxxxxxxx",
        "password: string",
        "version_pass = '%d.%d.%d' % ver",
        "MDP = MemDeallocPolicy::Standard1",
        'docker run -v "$PWD":/tmp1',
        "authentication-password = /system/proxy/password1",
        "passphrase= password= x",
        'password: "Password"',
        '"password": "The password is wrong"',
        "password=password, user=user",
        "connect(password=self.password)",
        "password == 'hunter2'",
        "password::hunter2",
        "password: please type it",
        "Passwort: bitte eingeben",
        "bypass: 12345",
        "pass: 1200 fail: 3",
        "monkey: 5d41402abc4b2a76b9719d911017c592",
        "key: 5d41402abc4b2a76b9719d911017c592",
        "key=value count=12 time=12:30",
        "cache_key: " + _BODY[:32],
        "token: getAccessTokenFromStorage",
        "tokens: 4096",
        "secret: 42",
        "std::string::npos a::b1",
        "commit 9f8d7c6b5a493827160f5e4d3c2b1a090a1b2c3d",
        "id: de305d54-75b4-431b-adb2-eb6b9e546014",
        '"integrity": "sha512-' + _BODY + _BODY[:26] + '=="',
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
        "!function(e,t){e.exports=t()}(this,function(){var e=1e3,t=6e4,n=36e5;return e?t:n})",
        "postgres://user:password@localhost/db",
        "postgres://${USER}:${PASS}@localhost/db",
        "https://example.org:8080/a@b",
        "Authorization: Bearer <token>",
        "Authorization: Bearer $TOKEN1",
        "Authorization: none1",
        "password:",
        "password:\nhunter2",
        "password: '",
        "=",
        ":",
    ],
)
def test_hard_negatives(text: str) -> None:
    assert found(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/reset?email=ana%40example.org",
        "https://example.com/a?page=2&user_id=88",
        "https://www.linkedin.com/in/ana-lopez",
        "https://github.com/torvalds",
        "https://example.com/users/4711/edit",
        "http://example.com/~ana/",
        "https://social.example/@ana",
        "https://social.example/@ana/4711",
    ],
)
def test_urls_that_identify_somebody(text: str) -> None:
    assert found(f"see {text}, please") == {(text, codes.URL)}
    assert found(f"<{text}>") == {(text, codes.URL)}


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/",
        "https://example.com/a/b?page=2&lang=en",
        "https://github.com/torvalds/linux",
        "https://github.com/features",
        "https://example.com/users/login",
        "https://example.com/users/{id}",
        "https://example.com/?email={email}",
        "https://example.com/?email=",
        "https://npm.im/@npmcli/arborist",
        "https://npm.im/@",
        "://",
        "http://",
    ],
)
def test_urls_that_do_not(text: str) -> None:
    assert found(text) == set()


def test_every_list_is_read() -> None:
    starts = list(map(int, TABLES[: layout.WAYS + 1]))
    assert starts == sorted(starts)
    assert starts[0] == layout.HEADER
    nodes = starts[layout.WAYS] - starts[layout.TOLD]
    size = len(TABLES) - starts[layout.WAYS]
    assert size == nodes * int(TABLES[layout.SYMBOLS])
