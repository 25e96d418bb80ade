"""The files of Pyodide and of the editor: fetched while building, known by their hashes, kept.

``files.json`` names every file with its sha256 and the places that have it. Which place a file came
from does not matter, since only its hash makes it the right one. Files are kept outside the
project's build folder, so that they are fetched once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TABLE = json.loads((Path(__file__).parent / "files.json").read_text(encoding="utf-8"))
LIMIT_S = 600
Read = Callable[[str], bytes]


class MissingError(Exception):
    """Some files could not be had from any place."""


def cache() -> Path:
    """Return the folder in which fetched files are kept; CNNLIB_CACHE names another."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("CNNLIB_CACHE") or Path(home) / "cnnlib-book")


def obtain(part: str) -> dict[str, Path]:
    """Return where the files of a part ("python", "editor") lie, after fetching what is missing.

    Raises
    ------
    MissingError
        If a file is in no place that answers, or only with another content.
    """
    wanted, places = TABLE[part]["files"], TABLE[part]["places"]
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    reasons = []
    for place in places:
        missing = [name for name, entry in wanted.items() if not _kept(folder, entry)]
        if not missing:
            break
        try:
            for name, content in _fetch(place, missing):
                _keep(folder, content, wanted[name])
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            reasons.append(f"{_title(place)}: {str(error).splitlines()[0]}")
    missing = [name for name, entry in wanted.items() if not _kept(folder, entry)]
    if missing:
        raise MissingError(f"{', '.join(missing[:2])} and {len(missing)} in all ({reasons})")
    return {name: folder / entry["sha256"] for name, entry in wanted.items()}


def _kept(folder: Path, entry: dict[str, Any]) -> bool:
    path = folder / entry["sha256"]
    return path.is_file() and path.stat().st_size == entry["size"]


def _keep(folder: Path, content: bytes, entry: dict[str, Any]) -> None:
    """Keep a file under its hash if it is the right one; written whole or not at all."""
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        return
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as half:
        half.write(content)
    Path(half.name).chmod(0o644)
    Path(half.name).replace(folder / entry["sha256"])


def _title(place: dict[str, str]) -> str:
    return place.get("pip") or place.get("npm") or place["url"]


def _fetch(place: dict[str, str], names: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield what a place has of the named files."""
    if "url" in place:
        for name in names:
            with urllib.request.urlopen(f"{place['url']}/{name}", timeout=30) as answer:
                yield name, answer.read()
        return
    with tempfile.TemporaryDirectory() as folder:
        read = _from_pip(place, folder) if "pip" in place else _from_npm(place, folder)
        for name in names:
            try:
                yield name, read(f"{place['folder']}/{name}")
            except KeyError:
                continue


def _from_pip(place: dict[str, str], folder: str) -> Read:
    """Download a wheel with pip; it is only unpacked, never installed."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    pip += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", folder, place["pip"]]
    subprocess.run(pip, check=True, capture_output=True, timeout=LIMIT_S)
    wheel = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
    return wheel.read


def _from_npm(place: dict[str, str], folder: str) -> Read:
    """Download an archive with npm, where there is one; nothing in it is run."""
    npm = shutil.which("npm")
    if npm is None:
        raise ValueError("there is no npm here")
    pack = [npm, "pack", "--silent", "--ignore-scripts", place["npm"]]
    subprocess.run(pack, check=True, capture_output=True, timeout=LIMIT_S, cwd=folder)
    archive = tarfile.open(next(Path(folder).glob("*.tgz")))

    def read(name: str) -> bytes:
        member = archive.extractfile(name)
        if member is None:
            raise KeyError(name)
        return member.read()

    return read
