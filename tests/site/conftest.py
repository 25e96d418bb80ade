"""Let tests import the extensions of the book, which Sphinx finds in ``_ext``."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "_ext"))
