"""A surrogate is found again by the scanner, as what it stands for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from privet.detect.text.detector import Detector
from privet.kernels.scan import codes
from privet.transforms.text.surrogates import surrogates
from tests.unit.transforms.making import KEY


@pytest.mark.parametrize(
    ("code", "around", "pattern"),
    [
        (codes.EMAIL, "see {} for more", "ana.li{}@x.test"),
        (codes.PHONE, "phone: {} in the evening", "+49 151 {:08d}"),
        (codes.PHONE, "phone: {} in the evening", "(212) 867-{:04d}"),
        (codes.PHONE, "phone: {} in the evening", "+44 7911 12{:04d}"),
        (codes.PHONE, "phone: {} in the evening", "+33 6 12 34 {:04d}"),
        (codes.PHONE, "phone: {} in the evening", "020 7123 {:04d}"),
        (codes.CARD, "card {} of mine", "4556 7375 {:04d} 9855"),
        (codes.IBAN, "IBAN {} please", "DE89 3704 0044 0532 {:04d} 00"),
        (codes.IP, "from {} at noon", "93.184.216.{}"),
        (codes.IP, "from {} at noon", "2a00:1450:4001:{}::200e"),
        (codes.MAC, "from {} at noon", "00:1a:2b:3c:{:02d}:11"),
        (codes.DATE_OF_BIRTH, "born on {} in a town", "19{:02d}-05-12"),
    ],
)
def test_found_again(code, around, pattern) -> None:
    found = surrogates(pa.array([pattern.format(row) for row in range(90)]), code, "kind", KEY)
    texts = [around.format(surrogate) for surrogate in found.to_pylist()]
    spans = Detector().detect(pa.array(texts))
    mine = spans.take(spans.kind == code)
    assert np.array_equal(np.unique(mine.row), np.arange(90))
