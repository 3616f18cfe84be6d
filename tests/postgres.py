"""A PostgreSQL cluster of our own for one test session: no TCP port, one Unix socket in a temporary directory.

It runs as user postgres when we are root (it refuses root), and dies with the test process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql


class PostgresMissing(Exception):
    """PostgreSQL's programs are not installed: `apt-get install postgresql`."""


class Cluster:
    """One running cluster. `create` gives the URL of a fresh database, copied from a template when one is named."""

    def __init__(self) -> None:
        self._bin = _programs()
        self._home = Path(tempfile.mkdtemp(prefix="wardbell-pg-", dir="/tmp"))  # short: a socket path has 107 bytes
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self._home, "postgres", "postgres")
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        data = self._home / "data"
        self._command(
            [self._bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        )
        self._log = (self._home / "log").open("wb")
        self._serve()
        self._frozen: list[int] = []
        self._made = 0

    def create(self, template: str = "template1", name: str = "") -> str:
        """The name of a new database."""
        self._made += 1
        name = name or f"t{self._made}"
        self._admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, ending its connections."""
        self._admin(f'DROP DATABASE "{name}" WITH (FORCE)')

    def empty(self, url: str, tables: Collection[str]) -> None:
        """Leave these tables without rows and remove all others that a test made."""
        name = url.split("/")[3].split("?")[0]
        with psycopg.connect(host=str(self._home), user="postgres", dbname=name, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if others := [row[0] for row in found if row[0] not in tables]:
                connection.execute(_over("DROP TABLE {} CASCADE", others))
            # To truncate thirty tables takes the server a tenth of a second; to delete the few rows of a test, none.
            looks = [sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(t, sql.Identifier(t)) for t in tables]
            filled = [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(looks))]
            connection.execute("SET session_replication_role = replica")  # in any order, whatever guards the rows
            for table in filled:
                connection.execute(_over("DELETE FROM {}", [table]))
            connection.execute(
                "SELECT setval(format('public.%I', sequencename)::regclass, start_value, false) FROM pg_sequences"
                " WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )

    def url(self, name: str) -> str:
        """SQLAlchemy's URL of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self._home}"

    def halt(self, *, crash: bool = False) -> None:
        """Take the server away, as `pg_ctl stop -m fast` does, or `-m immediate`; its data stay for `resume`."""
        self._server.send_signal(signal.SIGQUIT if crash else signal.SIGINT)
        self._server.wait(20)

    def freeze(self) -> None:
        """Leave the server there, and its connections, but let it say nothing any more; until `resume`."""
        self._frozen = [self._server.pid, *_children(self._server.pid)]
        _tell(self._frozen, signal.SIGSTOP)

    def resume(self) -> None:
        """Bring the server back if it was taken away."""
        frozen, self._frozen = self._frozen, []
        _tell(frozen, signal.SIGCONT)
        if self._server.poll() is not None:
            self._serve()

    def stop(self) -> None:
        """End the server and remove its files."""
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()
        shutil.rmtree(self._home, ignore_errors=True)

    def _serve(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._home),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "60",
            "shared_buffers": "16MB",
        }
        self._server = subprocess.Popen(
            # pdeathsig: a killed test run leaves no server behind.
            ["setpriv", "--pdeathsig", "INT", "--", str(self._bin / "postgres"), "-D", str(self._home / "data")]
            + [word for name, value in options.items() for word in ("-c", f"{name}={value}")],
            stdout=self._log,
            stderr=self._log,
            cwd=self._home,
            **self._as,
        )
        self._wait()

    def _admin(self, statement: str) -> None:
        with psycopg.connect(host=str(self._home), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def _command(self, words: list[Any]) -> None:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd="/", **self._as)
        if done.returncode:
            raise RuntimeError(f"{words[0]} failed: {done.stderr}")

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                self._admin("SELECT 1")
                return
            except psycopg.OperationalError as error:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self._home / "log").read_text()) from error
                time.sleep(0.05)


def _over(statement: LiteralString, tables: Iterable[str]) -> sql.Composed:
    return sql.SQL(statement).format(sql.SQL(", ").join(sql.Identifier(table) for table in tables))


def _tell(pids: Iterable[int], what: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # the end of a child is noticed when its parent goes on
            os.kill(pid, what)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if path := shutil.which("initdb"):
        found.append(Path(path))
    if not found:
        raise PostgresMissing("PostgreSQL is not installed, and the tests need it: apt-get install postgresql")
    return found[0].parent
