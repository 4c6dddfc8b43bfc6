"""The wires between the peers of a network on this machine, and how they are cut: nftables rules on the loopback
interface. Needs root, and each peer under a user of its own."""
import os
import shutil
import subprocess

from local_network import FIRST_UID

PEERS_MAX = 9


def why_not(network):
    """What keeps wires from being cut here; None if nothing does."""
    if os.getuid() != 0:
        return "only root may cut wires"
    if not network.state["apart"]:
        return "the peers run as one user, so that their packets cannot be told apart"
    if not shutil.which("nft"):
        return "nft is not installed (scripts/setup)"
    try:
        wires = Wires(network)
        wires.install()
        wires.remove()
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return None


class Wires:
    """Peer N's packets to other peers leave from N's address, so that a rule can name both ends. Install before
    the peers start: connections that stand already keep the address that they have."""

    def __init__(self, network):
        self.hosts = network.state["hosts"]
        self.table = "sogoc_" + self.hosts.replace(".", "_")
        self.network = network

    def address(self, number):
        return f"{self.hosts}.{number}"

    def install(self):
        self.remove()  # of somebody who was ended before he could
        sources = "\n".join(f"meta skuid {FIRST_UID + number} ip daddr {self.hosts}.0/24 snat to "
                            f"{self.address(number)}" for number in range(1, PEERS_MAX + 1))
        # The first packets of a connection show both ends once their source is set, the answers to them as long
        # as it is not undone yet.
        self.nft(f"""
            table inet {self.table} {{
              chain source {{ type nat hook postrouting priority 100; {sources}
              }}
              chain cuts {{ }}
              chain questions {{ type filter hook postrouting priority 150; jump cuts; }}
              chain answers {{ type filter hook output priority -150; jump cuts; }}
            }}""")

    def remove(self):
        subprocess.run(["nft", "delete", "table", "inet", self.table], capture_output=True)

    def cut(self, pairs, loss_percent=100):
        """Of packets from one peer to the other, for all (from, to) in `pairs`: so many are lost. Replaces what
        was cut before."""
        some = f"numgen random mod 100 < {loss_percent} " if loss_percent < 100 else ""
        rules = "".join(f"add rule inet {self.table} cuts ip saddr {self.address(one)} "
                        f"ip daddr {self.address(other)} {some}drop\n" for one, other in pairs)
        self.nft(f"flush chain inet {self.table} cuts\n{rules}")

    def heal(self):
        self.cut([])

    def split(self, group):
        """Between the peers of `group` and all others, both ways."""
        rest = [peer["number"] for peer in self.network.peers if peer["number"] not in group]
        self.cut([pair for one in group for other in rest for pair in ((one, other), (other, one))])

    @staticmethod
    def nft(rules):
        done = subprocess.run(["nft", "-f", "-"], input=rules, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"nft does not do it: {done.stderr}")
