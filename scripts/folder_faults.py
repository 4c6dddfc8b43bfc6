"""Faults of a peer's folder: lost, older than it should be, full."""
import contextlib
import os
import shutil
import subprocess
import tempfile

import engine_view
import membership
from faults import Failed, Fault

KEPT = ("ledger", "signed", "engine")  # what a disk that is replaced takes with it
YOUNGER_MIN = 10  # blocks by which yesterday's copy is behind
ROOM_BYTES = 128 << 20  # on the small file system, at first


def copy(folder, to):
    """With owners and times."""
    subprocess.run(["cp", "-a", "--sparse=always", folder, to], check=True)


class EmptyDisk(Fault):
    """A peer comes back with its keys and nothing else. It must follow; its validator key signed blocks that it
    knows nothing of, so it must not vote until the ledger names another key, or its files are back."""
    kind = "empty disk"
    seconds = (1, 3)

    def inject(self):
        self.network.stop(self.one)
        home = self.network.home(self.one)
        for name in KEPT:
            (home / name).rename(home / f"{name}.aside")
        for name in ("signed", "engine"):
            (home / name).mkdir(mode=0o700)
        self.network.run("sogoc-node", "found", home, self.network.folder / "founding.entry")
        self.network.give_away(self.one)
        self.network.start(self.one)

    def observe(self):
        must_follow(self.field, self.one)

    def heal(self):
        self.network.stop(self.one)
        home = self.network.home(self.one)
        for name in KEPT:
            shutil.rmtree(home / name, ignore_errors=True)
            (home / f"{name}.aside").rename(home / name)
        self.network.start(self.one)


class Yesterday(Fault):
    """A peer comes back with an older copy of its folder. The same holds for it."""
    kind = "yesterday's folder"
    seconds = (1, 3)

    def inject(self):
        number, home = self.one["number"], self.network.home(self.one)
        if number not in self.field.copies:
            self.field.copies[number] = self.copy_made(home)
        self.newer = home.with_name(f"{home.name}.newer")
        self.network.stop(self.one)
        home.rename(self.newer)
        copy(self.field.copies[number], home)
        self.network.start(self.one)

    def copy_made(self, home):
        """A copy that is older than the folder by some blocks, and the other peers know it, once this returns."""
        copied = home.with_name(f"{home.name}.yesterday")
        self.network.stop(self.one)
        copy(home, copied)
        self.network.start(self.one)
        self.field.await_whole([self.one])
        newer = engine_view.height(self.one) + YOUNGER_MIN
        for other in self.network.peers:
            if other is not self.one:
                self.field.await_of(other, lambda: told_height(self.network, other, self.one) >= newer,
                                    f"hears of the engine's block {newer} from peer {self.one['number']}")
        return copied

    def observe(self):
        must_follow(self.field, self.one)

    def heal(self):
        self.network.stop(self.one)
        shutil.rmtree(self.network.home(self.one))
        self.newer.rename(self.network.home(self.one))
        self.network.start(self.one)


def told_height(network, listener, peer):
    """The engine's height that `peer` has told `listener`."""
    heard = (network.get(listener, "/v1/peers") or {}).get("peers", [])
    return max((int(each["engine_height"]) for each in heard if each["name"] == peer["key_name"]), default=0)


class LostMachine(Fault):
    """A peer's machine is gone with all its keys. The same peer comes back on another one with new keys, follows,
    and takes part again once the organisations have approved them."""
    kind = "lost machine, new keys"
    seconds = (0, 2)

    def inject(self):
        self.network.stop(self.one)
        shutil.rmtree(self.network.home(self.one))
        self.field.copies.pop(self.one["number"], None)
        membership.make_folder(self.network, self.one)
        self.network.start(self.one)

    def observe(self):
        self.field.await_height(self.one, engine_view.height(self.field.other(self.one)))
        if not engine_view.follows(self.one):
            raise Failed(f"peer {self.one['number']} votes with keys that nobody has approved, or does not say")

    def heal(self):
        membership.set_peers(self.network, "Thay máy chủ", self.network.peers)


def must_follow(field, peer):
    """The peer gets all blocks, says why it does not vote, and does not vote."""
    number, other = peer["number"], field.other(peer)
    began = engine_view.height(other)
    field.await_height(peer, began)
    log = field.network.folder / f"peer{number}.log"
    field.await_of(peer, lambda: "this folder is an old copy" in log.read_text(errors="replace"),
                   "says that its folder is an old copy")
    if not engine_view.follows(peer):
        raise Failed(f"peer {number} votes, or does not say, and its folder is an old copy")
    if not list((field.network.home(peer) / "signed").glob("old-copy.*")):
        raise Failed(f"peer {number}'s folder has no mark that it is an old copy")
    address = engine_view.validator_address(field.network, peer)
    end = began + 3
    field.await_height(other, end + 1)
    for block in range(began + 1, end + 1):
        if address in engine_view.voters(other, block):
            raise Failed(f"peer {number} voted for block {block} with a folder that is an old copy")


class DiskFull(Fault):
    """The peer's folder on a small file system, which fills up under it."""
    kind = "disk full"
    seconds = (0, 2)

    @classmethod
    def why_not(cls, field):
        with tempfile.TemporaryDirectory() as folder:
            try:
                mount(folder, 1 << 20)
                unmount(folder)
            except subprocess.CalledProcessError:
                return "no small file system can be mounted here (root can)"
        return None

    def inject(self):
        home = self.network.home(self.one)
        self.on_disk = home.with_name(f"{home.name}.disk")
        self.ballast = home / "ballast"
        self.network.stop(self.one)
        home.rename(self.on_disk)
        home.mkdir()
        used = sum(path.lstat().st_blocks * 512 for path in self.on_disk.rglob("*"))
        mount(home, 2 * used + ROOM_BYTES)
        copy(f"{self.on_disk}/.", home)
        self.network.give_away(self.one)
        self.network.start(self.one)
        self.field.await_whole([self.one])

    def observe(self):
        """Something else takes all room, again and again, until the node has ended."""
        def ended():
            with contextlib.suppress(OSError), open(self.ballast, "ab") as ballast:
                for size in (1 << 20, 1 << 12):
                    while True:
                        try:
                            os.posix_fallocate(ballast.fileno(), ballast.seek(0, os.SEEK_END), size)
                        except OSError:
                            break
            return not self.network.pid(self.one)

        self.field.await_(ended, f"peer {self.one['number']}'s node ends on a full disk")

    def heal(self):
        """Room is made, and the node goes on. Then its folder moves back."""
        home = self.network.home(self.one)
        self.ballast.unlink(missing_ok=True)
        self.network.start(self.one)
        self.field.await_whole([self.one])
        self.network.stop(self.one)
        back = home.with_name(f"{home.name}.back")
        copy(home, back)
        unmount(home)
        home.rmdir()
        back.rename(home)
        shutil.rmtree(self.on_disk)
        self.network.start(self.one)


def mount(folder, size):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "sogoc-drill", folder], check=True,
                   capture_output=True)


def unmount(folder):
    subprocess.run(["umount", folder], check=True)
