"""Prove that a built site is whole: unpacked into an empty folder, served from a sub-path.

    python .ci/whole_site.py _build/html        or an archive, dist/book-0.1.0.tar.gz

Follows every link and every file that a page or a style sheet names, from the first page on, and
fails when one is missing or leads out of the sub-path to the server's root.
"""

from __future__ import annotations

import re
import shutil
import sys
import tarfile
import threading
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

SUBPATH = "some/where"
IN_STYLES = re.compile(r"url\(\s*['\"]?((?!data:|#)[^'\")]+)['\"]?\s*\)")


class Links(HTMLParser):
    """Collect what a page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note addresses; a form's too."""
        given = dict(attrs)
        self.found += [value for name in ("href", "src", "action") if (value := given.get(name))]
        if tag == "meta" and str(given.get("http-equiv")).lower() == "refresh":
            self.found.append(str(given.get("content")).rpartition("=")[2])


class Quiet(SimpleHTTPRequestHandler):
    """Serve without a line for each file."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def unpack(source: Path, target: Path) -> None:
    """Copy a folder or unpack an archive."""
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        with tarfile.open(source) as archive:
            archive.extractall(target, filter="data")


def named_in(url: str, kind: str, text: str) -> list[str]:
    """Return the addresses that a page or style sheet names, in full."""
    names = (
        Links(text).found if "html" in kind else IN_STYLES.findall(text) if "css" in kind else []
    )
    whole = (urldefrag(urljoin(url, name))[0].split("?")[0] for name in names)
    return [address for address in whole if urlsplit(address).scheme in {"http", "https"}]


def crawl(base: str) -> tuple[int, list[str]]:
    """Follow everything from the first page on; return how much was seen, and what is wrong."""
    server = f"{urlsplit(base).scheme}://{urlsplit(base).netloc}/"
    ahead, seen, wrong = [(base, "the start")], {base}, []
    while ahead:
        url, whence = ahead.pop()
        if not url.startswith(base):
            wrong.append(f"{whence} leads out of the site: {url}")
            continue
        try:
            with urlopen(url) as answer:
                kind, body = answer.headers.get_content_type(), answer.read()
        except HTTPError as error:
            wrong.append(f"{whence} names {url.removeprefix(base)}: {error.code}")
            continue
        text = body.decode("utf-8") if kind in {"text/html", "text/css"} else ""
        for address in named_in(url, kind, text):
            if address.startswith(server) and address not in seen:
                seen.add(address)
                ahead.append((address, url.removeprefix(base) or "the first page"))
    return len(seen), wrong


def main(source: Path) -> int:
    """Unpack, serve, crawl; 0 when everything is there."""
    with TemporaryDirectory() as empty:
        (Path(empty) / SUBPATH).parent.mkdir(parents=True)
        unpack(source, Path(empty) / SUBPATH)
        with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=empty)) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            count, wrong = crawl(f"http://127.0.0.1:{server.server_port}/{SUBPATH}/")
            server.shutdown()
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"{count} addresses followed, {len(wrong)} wrong")
    return min(len(wrong), 1) if count > 1 else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
