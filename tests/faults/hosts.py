"""Hosts of a test's own on this machine: each with its network and its processes, joined by a switch that can be cut.

A host is a handful of Linux namespaces that its first process holds open. When that one dies everything on the host
dies at once, as by a power cut; and it dies with the test, so that nothing is left behind. No host has a way out: the
switch knows the addresses of these hosts and no others.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("ip", "unshare", "nsenter", "setpriv")
NETWORK = "192.0.2"  # TEST-NET-1 of RFC 5737: nobody has these addresses
_BRIDGE = "switch"
# As the first process of a host it buries the dead; else who waits for the end of one of them would wait for ever.
_FIRST = "ip link set lo up && exec 3<&0 && echo up && { cat <&3 & wait $!; }"


@dataclass
class Host:
    """`number` makes its address. `processes`: whether it has process ids of its own, and so can lose power."""

    number: int
    processes: bool = True
    _first: subprocess.Popen[bytes] = field(init=False)

    @property
    def address(self) -> str:
        return f"{NETWORK}.{self.number}"

    @property
    def port(self) -> str:
        """Of the switch."""
        return f"port{self.number}"

    def boot(self) -> None:
        """The first process, which waits for the end of its input."""
        namespaces = ["--pid", "--fork", "--kill-child", "--mount-proc"] if self.processes else []
        self._first = subprocess.Popen(
            ["unshare", "--net", *namespaces, "sh", "-c", _FIRST],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._first.stdout is not None
        assert self._first.stdout.readline() == b"up\n", "a host did not come up"

    @property
    def pid(self) -> int:
        """Of the first process, as this machine counts."""
        if not self.processes:
            return self._first.pid
        children = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children").read_text()
        return int(children.split()[0])

    def inside(self) -> list[str]:
        """What stands before a command that is to run on this host."""
        more = ["--pid", "--mount"] if self.processes else []
        return ["nsenter", f"--target={self.pid}", "--net", *more]

    def run(self, *command: str) -> None:
        """Raises CalledProcessError with what the command said."""
        subprocess.run([*self.inside(), *command], check=True, capture_output=True)

    def power_off(self) -> None:
        """Every process of the host is gone when this returns."""
        if self._first.poll() is None:
            os.kill(self.pid, signal.SIGKILL)  # the kernel kills all others before it is gone
            self._first.communicate()


class Switch:
    """Joins hosts; each can be cut off and joined again."""

    def __init__(self) -> None:
        self._host = Host(254, processes=False)
        self._host.boot()
        self._host.run("ip", "link", "add", _BRIDGE, "type", "bridge")
        self._host.run("ip", "link", "set", _BRIDGE, "up")

    def join(self, host: Host) -> None:
        """Gives a host that has just booted its address and its place at the switch."""
        # The kernel takes the port of a host that lost power away in its own time.
        subprocess.run([*self._host.inside(), "ip", "link", "delete", host.port], check=False, capture_output=True)
        cable = ["ip", "link", "add", host.port, "type", "veth", "peer", "name", "eth0", "netns", str(host.pid)]
        self._host.run(*cable)
        self._host.run("ip", "link", "set", host.port, "master", _BRIDGE, "up")
        host.run("ip", "address", "add", f"{host.address}/24", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")

    def cut(self, host: Host) -> None:
        """What is sent to the host or by it goes nowhere, and nobody is told."""
        self._host.run("ip", "link", "set", host.port, "nomaster")

    def mend(self, host: Host) -> None:
        """It is heard again."""
        self._host.run("ip", "link", "set", host.port, "master", _BRIDGE)

    def power_off(self) -> None:
        self._host.power_off()


@contextmanager
def switched(hosts: Sequence[Host]) -> Iterator[Switch]:
    """The hosts, booted and joined; all of them are gone when the block ends."""
    switch = Switch()
    try:
        for host in hosts:
            host.boot()
            switch.join(host)
        yield switch
    finally:
        for host in hosts:
            if hasattr(host, "_first"):
                host.power_off()
        switch.power_off()


def why_no_hosts() -> str:
    """Why there can be no hosts on this machine; empty where there can."""
    if missing := [program for program in PROGRAMS if shutil.which(program) is None]:
        return f"needs {', '.join(missing)}: apt-get install iproute2 util-linux"
    try:
        with switched([Host(1)]):
            return ""
    except (subprocess.CalledProcessError, AssertionError, OSError) as error:
        return f"needs root, and network namespaces ({error})"
