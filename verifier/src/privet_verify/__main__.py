"""`python -m privet_verify`."""

import sys

from privet_verify.cli import main

sys.exit(main())
