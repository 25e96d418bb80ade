"""Let JupyterLab in this environment open a chapter (MyST text) as a notebook on a double click."""

from __future__ import annotations

import json
import sys
from pathlib import Path

VIEWERS = {"markdown": "Jupytext Notebook", "myst": "Jupytext Notebook"}

settings = Path(sys.prefix) / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
settings.parent.mkdir(parents=True, exist_ok=True)
known = json.loads(settings.read_text()) if settings.exists() else {}
known["@jupyterlab/docmanager-extension:plugin"] = {"defaultViewers": VIEWERS}
settings.write_text(json.dumps(known, indent=2) + "\n")
