import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from geo.database.cluster import Cluster
from geo.database.engine import make_engine, transaction
from geo.database.migrate import upgrade
from geo.errors import DatabaseUnavailable


@pytest.fixture
def own_cluster():
    """A cluster that a test may kill."""
    folder = Path(tempfile.mkdtemp(prefix="wangge-kill-", dir="/tmp"))
    folder.chmod(0o755)
    made = Cluster(folder / "home")
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _kill(cluster: Cluster) -> None:
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)


def test_the_cluster_listens_to_nobody_but_its_socket(own_cluster):
    engine = make_engine(own_cluster.url)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW listen_addresses")) == ""
    assert own_cluster.socket.stat().st_mode & 0o077 == 0
    engine.dispose()


def test_what_was_committed_survives_kill_9_of_the_server(own_cluster):
    engine = make_engine(own_cluster.url)
    upgrade(engine)
    with transaction(engine) as session:
        session.execute(text("INSERT INTO audit (action) VALUES ('kept')"))

    _kill(own_cluster)
    own_cluster.start()

    with transaction(engine) as session:
        assert session.scalar(text("SELECT action FROM audit")) == "kept"
    engine.dispose()


def _write_while_killed(engine, cluster: Cluster) -> None:
    with transaction(engine) as session:
        session.execute(text("INSERT INTO audit (action) VALUES ('half')"))
        _kill(cluster)
        time.sleep(0.2)
        session.execute(text("SELECT 1"))


def test_a_transaction_cut_by_kill_9_leaves_nothing_and_says_so(own_cluster):
    engine = make_engine(own_cluster.url)
    upgrade(engine)

    with pytest.raises(DatabaseUnavailable, match="nothing was changed"):
        _write_while_killed(engine, own_cluster)

    own_cluster.start()
    with transaction(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM audit")) == 0
    engine.dispose()


def test_an_import_killed_half_way_leaves_nothing(own_cluster, tmp_path):
    """The client dies by kill -9 while its rows are in the database, uncommitted."""
    engine = make_engine(own_cluster.url)
    upgrade(engine)
    script = (
        "import sys, time\n"
        "from sqlalchemy import text\n"
        "from geo.database.engine import make_engine, transaction\n"
        "with transaction(make_engine(sys.argv[1])) as session:\n"
        "    session.execute(text(\"INSERT INTO audit (action) VALUES ('half')\"))\n"
        "    print('written', flush=True)\n"
        "    time.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, own_cluster.url], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert child.stdout.readline() == b"written\n"

    child.kill()
    child.wait()
    child.stdout.close()

    with transaction(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM audit")) == 0
    engine.dispose()


def test_starting_twice_is_starting_once(own_cluster):
    own_cluster.start()

    assert own_cluster.is_running()


def test_a_stopped_cluster_starts_again_with_its_data(own_cluster):
    assert own_cluster.stop()
    assert not own_cluster.is_running()

    own_cluster.start()

    assert own_cluster.is_running()


def test_a_long_state_folder_gets_a_short_socket(tmp_path):
    cluster = Cluster(tmp_path / ("很长的目录名" * 10))

    assert len(os.fsencode(cluster.socket)) < 100
