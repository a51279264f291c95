"""A PostgreSQL server of a test's own, in a temporary folder; where there is none, tests skip."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests import cluster

_PLACES = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)  # Debian's
_USER = "postgres"  # whom Debian's package makes: a server refuses to be root


def _program(name):
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *_PLACES]))


def why_none():
    """Return why no server can be started here, or ""."""
    if _program("initdb") is None:
        return "no PostgreSQL here: install Debian's package postgresql"
    if os.geteuid() == 0 and (not shutil.which("runuser") or not _known(_USER)):
        return "PostgreSQL refuses to be root, and there is no user postgres here"
    return ""


def _known(user):
    import pwd

    return user in {entry.pw_name for entry in pwd.getpwall()}


needs_server = pytest.mark.skipif(bool(why_none()), reason=why_none())


class Server:
    """A server, stopped and started at will."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
        self.port = cluster.free_port()
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run("initdb", "--auth=trust", "--username=grader", "--no-sync", "--encoding=UTF8")
        with (self.folder / "postgresql.conf").open("a", encoding="utf-8") as config:
            config.write("fsync = off\nautovacuum = off\nunix_socket_directories = ''\n")
        self.start()

    def _run(self, name, *words):
        command = [_program(name), f"--pgdata={self.folder}", *words]
        if os.geteuid() == 0:
            command = ["runuser", "-u", _USER, "--", *command]
        # Not to a pipe: the server that is started would keep it open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                command, stdout=said, stderr=said, cwd="/", check=False, stdin=subprocess.DEVNULL
            )
            said.seek(0)
            assert done.returncode == 0, said.read()

    def start(self):
        self._run("pg_ctl", "start", "--wait", f"--options=-p {self.port} -h 127.0.0.1")

    def stop(self):
        """End it at once, and every connection with it."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def url(self, name="postgres"):
        return f"postgresql+psycopg://grader:secret@127.0.0.1:{self.port}/{name}"

    def new(self, name):
        """Make a database; return its address."""
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def execute(self, statement, name="postgres"):
        import psycopg

        url = self.url(name).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)
