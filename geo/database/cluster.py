"""A private PostGIS cluster in the user's state folder, started on demand.

It listens on a Unix socket only, in a folder that nobody else may enter.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo.errors import DatabaseUnavailable

__all__ = ["Cluster", "find_binaries"]

# A Unix socket's path must fit into 107 bytes; PostgreSQL appends `/.s.PGSQL.5432`.
_LONGEST_SOCKET_FOLDER = 85
_START_TRIES = 20
_START_PAUSE_S = 0.5
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "'256MB'",
    "work_mem": "'32MB'",
    "maintenance_work_mem": "'256MB'",
    "max_wal_size": "'2GB'",
    "jit": "off",
    "timezone": "'Asia/Shanghai'",
    "logging_collector": "off",
}


def find_binaries() -> Path:
    """Return the folder of the newest PostgreSQL server that has PostGIS.

    Raises
    ------
    DatabaseUnavailable
        If there is none.
    """
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda f: int(f.parent.name), reverse=True):
        control = Path("/usr/share/postgresql") / folder.parent.name / "extension" / "postgis.control"
        if (folder / "initdb").exists() and control.exists():
            return folder
    pg_config = shutil.which("pg_config")
    if pg_config:
        folder = Path(_output([pg_config, "--bindir"]).strip())
        share = Path(_output([pg_config, "--sharedir"]).strip())
        if (folder / "initdb").exists() and (share / "extension" / "postgis.control").exists():
            return folder
    raise DatabaseUnavailable(
        "no PostgreSQL server with PostGIS is installed; install postgresql-15-postgis-3 or set WANGGE_DATABASE_URL"
    )


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Cluster:
    """An embedded PostgreSQL cluster with one database, `wangge`.

    Parameters
    ----------
    home : Path
        The state folder; made if missing. When the process is root, the
        server runs as another user, who must be able to reach it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        self.data = self.home / "postgres"
        self.log = self.home / "postgres.log"
        socket = self.home / "run"
        if len(os.fsencode(socket)) > _LONGEST_SOCKET_FOLDER:
            digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
            socket = Path(tempfile.gettempdir()) / f"wangge-{digest}"
        self.socket = socket
        self._owner = _server_user()

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.url_of("wangge")

    def url_of(self, database: str) -> str:
        """Return the SQLAlchemy address of another database in the cluster."""
        return f"postgresql+psycopg://wangge@/{database}?host={self.socket}"

    def is_running(self) -> bool:
        """Tell whether the server runs."""
        return self.data.is_dir() and self._run("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def start(self) -> None:
        """Start the server, made first if missing; does nothing when it runs.

        Raises
        ------
        DatabaseUnavailable
            If it cannot be made or started, with the server's own words.
        """
        if self.is_running() and self._answers():
            return
        with self._lock():
            self._make_folders()
            if not (self.data / "PG_VERSION").exists():
                self._init()
            self._start_patiently()
            self._make_database()

    def stop(self) -> bool:
        """Stop the server; False if it did not run."""
        if not self.is_running():
            return False
        done = self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w")
        if done.returncode != 0:
            raise DatabaseUnavailable("the database does not stop: {why}", why=_last_line(done.stderr or done.stdout))
        return True

    def command(self, program: str) -> str:
        """Return the path of one of PostgreSQL's own programs, such as ``pg_dump``."""
        return str(find_binaries() / program)

    def _answers(self) -> bool:
        return self._run("pg_isready", "-q", "-h", str(self.socket)).returncode == 0

    def _start_patiently(self) -> None:
        # Right after `kill -9` the old server's children may still hold its shared memory,
        # and a stale pid file may name a process that lives: both pass within seconds.
        for _ in range(_START_TRIES):
            if self.is_running() and self._answers():
                return
            done = self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "60")
            if done.returncode == 0:
                return
            time.sleep(_START_PAUSE_S)
        raise DatabaseUnavailable(
            "the database does not start: {why} (see {log})", why=self._log_tail(), log=str(self.log)
        )

    def _init(self) -> None:
        # An init that was killed half way leaves a folder without a finished catalogue: begin anew.
        unfinished = self.data.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        done = self._run(
            "initdb", "-D", str(unfinished), "-U", "wangge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        if done.returncode != 0:
            raise DatabaseUnavailable("the database cannot be made: {why}", why=_last_line(done.stderr))
        lines = [f"{name} = {value}" for name, value in _SETTINGS.items()]
        with (unfinished / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write("\n".join([*lines, f"unix_socket_directories = '{self.socket}'", ""]))
        unfinished.rename(self.data)

    def _make_database(self) -> None:
        psql = ["psql", "-h", str(self.socket), "-U", "wangge", "-d", "postgres", "-XAtc"]
        found = self._run(*psql, "SELECT 1 FROM pg_database WHERE datname = 'wangge'")
        if found.stdout.strip() == "1":
            return
        done = self._run(*psql, "CREATE DATABASE wangge")
        if done.returncode != 0:
            raise DatabaseUnavailable("the database cannot be made: {why}", why=_last_line(done.stderr))

    def _make_folders(self) -> None:
        for folder in (self.home, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            if self._owner is not None:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
            folder.chmod(0o700)
        if self.socket.stat().st_uid not in (os.getuid(), self._owner.pw_uid if self._owner else os.getuid()):
            raise DatabaseUnavailable("{folder} belongs to somebody else; set WANGGE_HOME", folder=str(self.socket))

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "start.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        owner = self._owner
        return subprocess.run(
            [str(find_binaries() / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        )

    def _log_tail(self) -> str:
        try:
            return _last_line(self.log.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return "no log was written; can the server's user reach the state folder?"


def _server_user() -> pwd.struct_passwd | None:
    # The server refuses to run as root, so root lends it another user.
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseUnavailable("the database cannot run as root, and there is no user postgres or nobody")


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
