"""Disks that fill: a small tmpfs where one may be mounted, else a limit on the size of files."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DISK_BYTES = 48 << 20
CHUNK_BYTES = 64 << 10
BALLAST = "ballast"


class SmallDisk:
    """A disk at `place` that can be filled up, all but a little, and given room again."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self, left_bytes: int) -> None:
        """Take all the room but `left_bytes`."""
        with (self.place / BALLAST).open("ab") as ballast:
            while (room := self._free()) > left_bytes:
                ballast.write(bytes(min(CHUNK_BYTES, room - left_bytes)))
                ballast.flush()

    def make_room(self) -> None:
        """Give the room back."""
        (self.place / BALLAST).unlink()

    def _free(self) -> int:
        told = os.statvfs(self.place)
        return told.f_bavail * told.f_frsize


@contextmanager
def mounted(place: Path) -> Iterator[SmallDisk]:
    """A tmpfs at `place`. Raises CalledProcessError where this process may mount none."""
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={DISK_BYTES}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def may_mount() -> bool:
    """Whether this process may mount a disk: a root without bounds."""
    if os.geteuid() != 0:
        return False
    probe = ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def limit_files(pid: int, most_bytes: int) -> None:
    """Let no file that process `pid` writes grow beyond `most_bytes`."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, hard))


def unlimit_files(pid: int) -> None:
    """Let files of process `pid` grow again."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
