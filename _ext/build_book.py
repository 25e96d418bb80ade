"""Build the site: what is unchanged is taken over, and nothing that is taken over can be old.

Kept between two builds, in ``_build``:

- ``.pages`` and ``.trained``: what cells wrote and networks learned, under names made of all that
  these depend on (`page_key`, `cnnlib.nn.kept`);
- ``.doctrees``: the pages as Sphinx read them, dropped when the configuration, the contents, an
  extension or a requirement has changed, or when the last build did not end well, since Sphinx
  would not repeat its warnings.

The site itself is written anew each time, beside the old one, and takes its place when complete.
``--clean`` keeps nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from page_key import ROOT, settings

BUILD = ROOT / "_build"
READ = BUILD / ".doctrees"
MARK = READ / "read-with"  # what the pages were read with; there only after a build that went well
MOST_TRAINED = 120  # files, up to five for each training
SITE, OLD = BUILD / "html", BUILD / "html.old"


def clear(wanted: str, clean: bool) -> None:
    """Remove what may not be taken over."""
    if clean:
        shutil.rmtree(BUILD, ignore_errors=True)
    if not MARK.exists() or MARK.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(READ, ignore_errors=True)
        shutil.rmtree(BUILD / "jupyter_execute", ignore_errors=True)
    MARK.unlink(missing_ok=True)
    trained = sorted((BUILD / ".trained").glob("*"), key=lambda path: path.stat().st_mtime)
    for path in trained[:-MOST_TRAINED]:
        path.unlink()


def build() -> int:
    """Let Jupyter Book write the site into an empty folder; put the old one back if it fails."""
    shutil.rmtree(OLD, ignore_errors=True)
    if SITE.exists():
        SITE.rename(OLD)
    book = Path(sys.executable).with_name("jupyter-book")
    command = [str(book), "build", ".", "-W", "-n", "--keep-going"]
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code and OLD.exists():
        shutil.rmtree(SITE, ignore_errors=True)
        OLD.rename(SITE)
    shutil.rmtree(OLD, ignore_errors=True)
    return code


def main(arguments: list[str]) -> int:
    """Build; return 0 if all went well."""
    wanted = settings()
    clear(wanted, "--clean" in arguments)
    code = build()
    if code == 0:
        MARK.write_text(wanted, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
