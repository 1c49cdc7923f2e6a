"""What numbers are not, and what they are by the words and signs around them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from privet.detect.kinds.registry import by_code
from privet.detect.text.detector import Detector


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector()


def found(detector: Detector, text: str) -> list[tuple[str, str]]:
    """Kinds and values, from left to right."""
    spans = detector.detect(pa.array([text]))
    row = text.encode()
    return [
        (by_code(code).name, row[start:end].decode())
        for start, end, code in zip(
            spans.start.tolist(), spans.end.tolist(), spans.kind.tolist(), strict=True
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "weights 4.7870, 12.2605, -6.3943",
        "loss 12.5405526, 0.4347426,0.7159491",
        "version 93.56.51.46",
        "order-2.7.4.min.js, metric@23.8.15.tgz",
        "41\n38-17-38-21-12-33\n",
        "tracking 3534 1501 3139 0017 0543 19",
        "9371 8900 3359 6536 1761 5405 0635 1234",
        "case 06-72783-997 reopened",
        "4f20 0797 9685 8184 132a",
        "chr22:00784565-466806876",
        "rss=52143996 cc 71869264",
        '{"session": "b6da51e36a1555bac198f2ab"}',
        "P/N 533-7386-136R part no. 399-48-4425 asset tag 4",
        "92aa ba85 5c8a 7f35 f3cc b07b",
    ],
)
def test_numbers_of_nobody(detector: Detector, text: str) -> None:
    assert found(detector, text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("we met at 48.856614, 2.352222.", "coordinates", "48.856614, 2.352222"),
        ("location 48.8566, 2.3522", "coordinates", "48.8566, 2.3522"),
        ("ftp://petra:MDqTa1mYiyiE@files.example.es/", "password", "petra:MDqTa1mYiyiE"),
        ("MAC\uff1ae4:7d:7c:42:8d:a7", "mac", "e4:7d:7c:42:8d:a7"),
        ("mac address 00-11-22-33-44-55", "mac", "00-11-22-33-44-55"),
        ("\u5730\u5740\u662f2606:4700::39b5", "ip", "2606:4700::39b5"),
        ("ring 206.269.0743x9150", "phone", "206.269.0743x9150"),
        ("call 2062690743x915", "phone", "2062690743x915"),
        ("please reach me at 6458561172", "phone", "6458561172"),
        ("Kortet 4111111111111111 \u00e4r", "card", "4111111111111111"),
        ("the new Spanish ID number is 87746944-N", "es_dni", "87746944-N"),
        ("write to li@mail.126.com", "email", "li@mail.126.com"),
        ("\u5730\u5740 \u4e2d\u5c71\u8def105\u53f7", "street", "\u4e2d\u5c71\u8def105\u53f7"),
        ("he lives at 66 Station Road. Then", "street", "66 Station Road"),
    ],
)
def test_kinds_and_where_they_end(detector: Detector, text: str, kind: str, value: str) -> None:
    assert found(detector, text) == [(kind, value)]
