"""Three hosts that each run etcd, Patroni and PostgreSQL, as an operator would have them; from Debian's packages."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.hosts import NETWORK, Host, Switch, switched, why_no_hosts
from tests.faults.processes import wait_until

PATIENCE_S = 180.0
"""For an election, the rewind of a lost primary, or its copy made anew."""
TTL_S = 20
"""Seconds after which a leader that is not heard of is one no more; the shortest that Patroni recommends."""
_ACCOUNT = "postgres"
_PROGRAMS = ("etcd", "patroni")


def why_no_cluster() -> str:
    """Why there can be no cluster on this machine; empty where there can."""
    if missing := [program for program in _PROGRAMS if shutil.which(program) is None]:
        return f"needs {' and '.join(missing)}: apt-get install patroni etcd-server python3-etcd"
    if not _binaries():
        return "needs PostgreSQL as Debian packs it: apt-get install postgresql"
    return why_no_hosts()


class Node:
    """One host with its data, which outlive a power cut."""

    def __init__(self, host: Host, folder: Path, hosts: Sequence[Host]) -> None:
        self.host, self.folder, self._hosts = host, folder, hosts
        self.name = f"node{host.number}"
        folder.mkdir()
        account = pwd.getpwnam(_ACCOUNT)
        os.chown(folder, account.pw_uid, account.pw_gid)
        (folder / "patroni.json").write_text(json.dumps(self._settings(), indent=1))
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Etcd and Patroni; PostgreSQL comes when Patroni thinks so."""
        self._running = [self._start("etcd", *self._etcd_flags()), self._start("patroni", "patroni.json")]

    def power_off(self) -> None:
        """Everything dies at once."""
        self.host.power_off()
        for process in self._running:
            process.wait()

    def kill_postgres(self) -> None:
        """The database alone dies, with its main process; Patroni lives."""
        pid = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        self.host.run("kill", "-KILL", pid)

    def hang_patroni(self) -> None:
        """It sees and does nothing any more; PostgreSQL goes on without it."""
        for pid in self._patroni():
            os.kill(pid, signal.SIGSTOP)

    def wake_patroni(self) -> None:
        """It goes on where it was."""
        for pid in self._patroni():
            os.kill(pid, signal.SIGCONT)

    def _patroni(self) -> list[int]:
        """Patroni, and the program that put it on its host, which stops and goes on with it."""
        pid = self._running[1].pid
        return [int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]), pid]

    def url(self, database: str) -> str:
        """By the socket, which is in the file system, whatever the network is."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def ask(self, query: str, database: str = "postgres") -> Any:
        """The one value of the one row."""
        address = f"host={self.folder} user=postgres dbname={database} connect_timeout=3"
        with psycopg.connect(address, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row else None

    def create_database(self, name: str) -> None:
        with psycopg.connect(f"host={self.folder} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())

    def is_leader(self) -> bool:
        """Does its PostgreSQL take writes?"""
        with suppress(psycopg.Error):
            return self.ask("SELECT NOT pg_is_in_recovery()") is True
        return False

    def said(self) -> str:
        """The last of what its programs have logged."""
        return "".join(f"{log.name}:\n{log.read_text()[-3000:]}\n" for log in self.folder.glob("*.log"))

    def _start(self, program: str, *flags: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{program}.log").open("ab") as log:
            return subprocess.Popen(
                [*self.host.inside(), "setpriv", f"--reuid={_ACCOUNT}", f"--regid={_ACCOUNT}", "--clear-groups",
                 "env", f"--chdir={self.folder}", f"HOME={self.folder}", program, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _etcd_flags(self) -> list[str]:
        mine = f"http://{self.host.address}"
        peers = ",".join(f"node{host.number}=http://{host.address}:2380" for host in self._hosts)
        return [
            f"--name={self.name}", "--data-dir=etcd", f"--initial-cluster={peers}",
            f"--listen-peer-urls={mine}:2380", f"--initial-advertise-peer-urls={mine}:2380",
            f"--listen-client-urls={mine}:2379", f"--advertise-client-urls={mine}:2379",
            "--heartbeat-interval=200", "--election-timeout=2000", "--log-level=warn", "--pre-vote",
        ]  # fmt: skip

    def _settings(self) -> dict[str, Any]:
        """As `docs/operations.md` says; nobody but these hosts can reach the database, so all are believed."""
        address = self.host.address
        hosts = f"{NETWORK}.0/24 trust"
        everybody = ["local all all trust", f"host all all {hosts}", f"host replication all {hosts}"]
        parameters = {"max_connections": 100, "wal_keep_size": "256MB", "synchronous_commit": "on"}
        shared = {
            "ttl": TTL_S,
            "loop_wait": 5,
            "retry_timeout": 7,
            "maximum_lag_on_failover": 0,
            "synchronous_mode": True,
            "synchronous_mode_strict": True,
            "postgresql": {"use_pg_rewind": True, "parameters": parameters},
        }
        return {
            "scope": "awards",
            "name": self.name,
            "restapi": {"listen": f"{address}:8008", "connect_address": f"{address}:8008"},
            "etcd3": {"hosts": [f"{host.address}:2379" for host in self._hosts]},
            "bootstrap": {"dcs": shared, "initdb": [{"encoding": "UTF8"}, {"locale": "C"}], "pg_hba": everybody},
            "postgresql": {
                "listen": f"{address}:5432",
                "connect_address": f"{address}:5432",
                "data_dir": str(self.folder / "data"),
                "bin_dir": str(_binaries()),
                "pgpass": str(self.folder / "pgpass"),
                "parameters": {"unix_socket_directories": str(self.folder)},
                "pg_hba": everybody,
                "authentication": {
                    "superuser": {"username": "postgres"},
                    "replication": {"username": "replicator"},
                    "rewind": {"username": "rewinder"},
                },
            },
        }


class Cluster:
    """The nodes, their switch, and one more host, from which the ledger's servers call."""

    def __init__(self, switch: Switch, nodes: Sequence[Node], outside: Host) -> None:
        self.switch, self.nodes, self.outside = switch, nodes, outside

    def url(self, database: str) -> str:
        """All nodes by one address; of these the one that takes writes will do."""
        hosts = "&".join(f"host={node.host.address}:5432" for node in self.nodes)
        return f"postgresql+psycopg://postgres@/{database}?{hosts}&connect_timeout=3"

    def start(self, node: Node) -> None:
        """A node whose power is back."""
        node.host.boot()
        self.switch.join(node.host)
        node.start()

    def leader(self) -> Node | None:
        """The node that holds the leader's key and takes writes."""
        for node in self.nodes:
            if self._state(node) == "leader" and node.is_leader():
                return node
        return None

    def synchronous(self) -> Node | None:
        """The node that has every commit before it is acknowledged."""
        return next((node for node in self.nodes if self._state(node) == "synchronous"), None)

    def await_health(self, what: str) -> Node:
        """Waits for one leader, one synchronous standby and one more; the leader."""
        self._await(lambda: self.leader() and self.synchronous() and self._all_stream(), what)
        leader = self.leader()
        assert leader is not None
        return leader

    def _all_stream(self) -> bool:
        leader = self.leader()
        with suppress(psycopg.Error):
            count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
            return leader is not None and leader.ask(count) == len(self.nodes) - 1
        return False

    def _await(self, condition: Any, what: str) -> None:
        try:
            wait_until(condition, what, PATIENCE_S)
        except AssertionError as late:
            said = "\n".join(f"== {node.name}\n{node.said()}" for node in self.nodes)
            raise AssertionError(f"{late}\n{said}") from None

    def _state(self, node: Node) -> str:
        """By Patroni's own word, asked from outside: `leader`, `synchronous` or nothing."""
        for state in ("leader", "synchronous"):
            asked = ["curl", "--silent", "--max-time", "2", "--output", "/dev/null", "--write-out", "%{http_code}"]
            done = subprocess.run(
                [*self.outside.inside(), *asked, f"http://{node.host.address}:8008/{state}"],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.stdout == "200":
                return state
        return ""


@contextmanager
def patroni_cluster(folder: Path) -> Iterator[Cluster]:
    """Three nodes, healthy. Everything on them is gone when the block ends."""
    hosts, outside = [Host(number) for number in (1, 2, 3)], Host(100, processes=False)
    with switched([*hosts, outside]) as switch:
        nodes = [Node(host, folder / str(host.number), hosts) for host in hosts]
        cluster = Cluster(switch, nodes, outside)
        try:
            for node in nodes:
                node.start()
            cluster.await_health("three nodes that replicate")
            yield cluster
        finally:
            for node in nodes:
                node.power_off()


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    return found[-1] if found else None
