#!/usr/bin/env python3
"""The four organisations of docker-compose.yml. In the founder's container (`compose_network.py found`) it
makes their folders; on the machine outside it is how the demonstration finds them."""
import io
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tarfile

from local_network import GATEWAY, ROOT, Network, fail


class Founding(Network):
    """Of one founder who makes everybody's keys: a demonstration. Peer N's volume is /peers/N here."""

    programs = pathlib.Path("/usr/local/bin")

    def home(self, peer):
        return pathlib.Path("/peers", str(peer["number"]))

    def found_once(self, subnet):
        if self.peers:
            print(f"The ledger {self.state['ledger_id'][:16]}… is founded already.")
            return
        if any(any(folder.iterdir()) for folder in [self.folder, *pathlib.Path("/peers").iterdir()]):
            fail("an earlier founding did not finish; remove the volumes (compose down -v) and start again")
        (self.folder / "keys").mkdir(mode=0o700)
        self.make(lambda number: {"host": f"{subnet}.{10 + number}", "bind": "0.0.0.0",
                                  "private": "127.0.0.1", "url": f"http://127.0.0.{number}:{GATEWAY}"})
        print(f"Founded the ledger {self.state['ledger_id']}.")


class ComposeNetwork(Network):
    """Of the running containers. `folder` gets the participants' keys, out of the founder's volume."""

    def __init__(self, folder, programs):
        self.compose_command = shlex.split(os.environ.get("SOGOC_COMPOSE", "docker compose"))
        self.programs_folder = programs
        self.down = set()
        done = self.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "tar", "founder", "-C",
                            "/founding", "-cf", "-", "network.json", "pass", "keys")
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
            files.extractall(folder)
        super().__init__(folder)

    @property
    def programs(self):
        return self.programs_folder

    def compose(self, *arguments):
        command = [*self.compose_command, *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True)
        if done.returncode != 0:
            print(shlex.join(command), done.stderr.decode(errors="replace"), sep="\n", file=sys.stderr)
            fail(f"the command ended with status {done.returncode}; SOGOC_COMPOSE names another program than "
                 "`docker compose`")
        return done

    def pid(self, peer):
        """True unless this program stopped it: containers come back by themselves."""
        return peer["number"] not in self.down

    def start(self, peer):
        self.compose("start", f"peer{peer['number']}")
        self.down.discard(peer["number"])

    def stop(self, peer, how=signal.SIGTERM, wait_s=30):
        self.compose("kill", "-s", how.name, f"peer{peer['number']}")
        self.down.add(peer["number"])

    def show_log(self, peer):
        print(f"see `{shlex.join(self.compose_command)} logs peer{peer['number']}`", file=sys.stderr)


if __name__ == "__main__":
    if sys.argv[1:] != ["found"]:
        sys.exit("usage: compose_network.py found   (in the founder's container)")
    Founding("/founding").found_once(os.environ["SOGOC_SUBNET"])
