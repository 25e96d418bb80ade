"""Trainings in a page: what the build has trained is loaded, and what is trained shows a bar.

The site holds the networks that were trained while it was built, under names made of data, seed,
recipe and sources (:mod:`cnnlib.nn.kept`). When a cell asks for one of these, it is fetched to
where `cnnlib` looks for it. A reader can have it trained all the same.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import js

from page_kernel.channel import out

KEPT = Path("/kept")
WORDS = (
    "Trained while this site was built, with the same data, seed, recipe and sources, "
    "and loaded here."
)
for_real = False
_told: set[str] = set()
_trained: set[str] = set()
_site = ""
_index: list[str] | None = None


def begin(site: str) -> None:
    """Look after the trainings of `cnnlib`, as soon as a cell imports them."""
    global _site
    _site = site
    os.environ["CNNLIB_KEEP"] = str(KEPT)
    sys.meta_path.insert(0, _Watch())


def begin_cell(real: bool) -> None:
    """Forget what was told of the last cell."""
    global for_real
    for_real = real
    _told.clear()
    _trained.clear()


class _Watch(importlib.abc.MetaPathFinder):
    """Changes two modules right after they are imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find the module where it is, and stand beside its loader."""
        change = {"cnnlib.nn.kept": lend, "cnnlib.nn.training": show_progress}.get(name)
        if change is None:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = _then(spec.loader.exec_module, change)  # type: ignore[method-assign]
        return spec


def _then(load: Callable[[Any], None], change: Callable[[Any], None]) -> Callable[[Any], None]:
    def both(module: ModuleType) -> None:
        load(module)
        change(module)

    return both


def lend(kept: Any) -> None:
    """Let `cnnlib.nn.kept` find what the site has."""
    name_of, states_of = kept.training_key, kept._states

    def training_key(*what: Any) -> str:
        key: str = name_of(*what)
        if for_real and key not in _trained:
            _trained.add(key)
            for path in KEPT.glob(f"{key}.*"):
                path.unlink()
        elif _fetch(f"{key}.json", f"{key}.npz"):
            _tell()
        return key

    def states(path: Path) -> Path:
        found: Path = states_of(path)
        if path.exists():
            _fetch(found.name)
        return found

    kept.training_key, kept._states = training_key, states


def _fetch(*names: str) -> bool:
    """Bring files from the site; return whether all that the site has of them are here."""
    KEPT.mkdir(exist_ok=True)
    wanted = [name for name in names if name in _on_site()]
    for name in wanted:
        if not (KEPT / name).exists():
            (KEPT / name).write_bytes(js.fetchNow(_site + name).to_bytes())
    return bool(wanted)


def _on_site() -> list[str]:
    global _index
    if _index is None:
        try:
            _index = json.loads(js.fetchNow(f"{_site}index.json").to_bytes())
        except Exception:  # a site without: everything is trained
            _index = []
    return _index


def _tell() -> None:
    if not _told:
        _told.add(WORDS)
        out("kept", words=WORDS)


def show_progress(training: Any) -> None:
    """Draw a bar for every training, batch by batch, whether the cell asks for one or not."""
    from tqdm import tqdm

    batches = training.batches
    bars: list[Any] = []

    def epochs_with_bar(epochs: int, history: Any, progress: bool) -> Iterator[int]:
        done = len(history)
        bars.append(tqdm(total=epochs, initial=done, unit="epochs", delay=1))
        try:
            for epoch in range(done, epochs):
                yield epoch
                bars[-1].n = epoch + 1
                if history.test_accuracy:
                    bars[-1].set_postfix_str(f"test {history.test_accuracy[-1]:.1%}")
        finally:
            bars.pop().close()

    def ticking(n: int, size: int, rng: Any) -> Iterator[Any]:
        count = max(-(-n // size), 1)
        for rows in batches(n, size, rng):
            yield rows
            if bars:
                bars[-1].update(1 / count)

    training.epochs_with_bar, training.batches = epochs_with_bar, ticking
