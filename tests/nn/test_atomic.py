"""A file is written completely or not at all, where it was meant to be; nothing is left over."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnnlib import nn

posix = pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")


@pytest.fixture
def network() -> nn.Network:
    """One small layer."""
    return nn.Network([nn.Dense(3, 2, rng=np.random.default_rng(0))])


@posix
def test_a_link_is_followed(tmp_path: Path, network: nn.Network) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "network.npz"
    link.symlink_to(tmp_path / "far" / "real.npz")
    for _ in range(2):  # first the file is made, then replaced
        nn.save(network, link)
        assert link.is_symlink()
        assert (tmp_path / "far" / "real.npz").is_file()
    assert len(nn.load(link).layers) == 1


@posix
def test_an_existing_file_keeps_its_mode(tmp_path: Path, network: nn.Network) -> None:
    path = tmp_path / "network.npz"
    nn.save(network, path)
    for mode in (0o600, 0o640, 0o444):
        path.chmod(mode)
        nn.save(network, path)
        assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_a_device_is_not_replaced_by_a_file(tmp_path: Path, network: nn.Network, kind: str) -> None:
    path = Path("/dev/null") if kind == "device" else tmp_path / "pipe"
    if kind == "pipe":
        os.mkfifo(path)
    before = path.stat().st_mode
    with pytest.raises(OSError, match="is no regular file"):
        nn.save(network, path)
    assert path.stat().st_mode == before


def test_a_folder_is_said_to_be_one(tmp_path: Path, network: nn.Network) -> None:
    with pytest.raises(IsADirectoryError, match=r"is a folder: name a file in it"):
        nn.save(network, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*absent: make it first"):
        nn.save(network, tmp_path / "absent" / "network.npz")


def test_a_path_of_bytes_is_a_path(tmp_path: Path, network: nn.Network) -> None:
    nn.save(network, os.fsencode(tmp_path / "nétwork.npz"))  # type: ignore[arg-type]
    assert len(nn.load(tmp_path / "nétwork.npz").layers) == 1


SLOW_SAVE = """
import sys, time
from pathlib import Path
from cnnlib.nn._atomic import write_atomically
def write(file):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)
write_atomically(Path(sys.argv[1]), write)
"""


@posix
def test_what_a_dead_process_left_is_cleared_and_a_living_one_is_left_alone(
    tmp_path: Path, network: nn.Network
) -> None:
    path = tmp_path / "network.npz"
    command = [sys.executable, "-c", SLOW_SAVE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        nn.save(network, path)
        assert len(list(tmp_path.glob(".network.npz.*.tmp"))) == 1  # it is still being written
        writer.send_signal(signal.SIGKILL)
    assert len(list(tmp_path.glob(".network.npz.*.tmp"))) == 1
    (tmp_path / ".network.npz.notes.tmp").write_text("not ours")
    (tmp_path / ".other.npz.01234567.tmp").write_text("of another file")
    nn.save(network, path)
    left = sorted(entry.name for entry in tmp_path.iterdir())
    assert left == [".network.npz.notes.tmp", ".other.npz.01234567.tmp", "network.npz"]


def test_many_writers_leave_one_whole_file(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np; from cnnlib import nn\n"
        "network = nn.Network([nn.Dense(50, 40, rng=np.random.default_rng(int(sys.argv[2])))])\n"
        "for _ in range(20): nn.save(network, sys.argv[1])"
    )
    path = tmp_path / "network.npz"
    commands = [[sys.executable, "-c", code, str(path), str(seed)] for seed in range(3)]
    writers = [subprocess.Popen(command) for command in commands]
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            assert nn.load(path).layers[0].params["w"].shape == (50, 40)
        time.sleep(0.01)
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert [entry.name for entry in tmp_path.iterdir()] == ["network.npz"]
