"""Print what development installs: both packages' ranges and the dev tools; `make lock` pins it."""

import tomllib
from pathlib import Path

root = Path(__file__).parent.parent
product = tomllib.loads((root / "pyproject.toml").read_text())
verifier = tomllib.loads((root / "verifier" / "pyproject.toml").read_text())
wanted = [
    *product["project"]["dependencies"],
    *verifier["project"]["dependencies"],
    *product["dependency-groups"]["dev"],
    *product["build-system"]["requires"],
]
print("\n".join(line for line in wanted if not line.startswith("privet-verify")))
