"""Many parts of one computation, here one after another or on Dask by many workers; keys go out, partials come back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from geo.errors import InvalidInput, WanggeError
from geo.text import Text

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Failed", "Run", "on_dask", "run_here"]

K = TypeVar("K")
R = TypeVar("R")

_RETRIES = 3
_ASK_EVERY_S = 5.0
_WORKERS_GONE_S = 60.0


class Failed:
    """Why a part gave no result."""

    __slots__ = ("reason",)

    def __init__(self, error: BaseException) -> None:
        """Keep a refusal's own sentence, and of other errors their kind and words."""
        kind, words = type(error).__name__, " ".join(str(error).split())[:200]
        self.reason = error.text if isinstance(error, WanggeError) else Text("{kind}: {words}", kind=kind, words=words)


class Run(Protocol):
    """Something that works on parts and yields each part's position and what came of it, in any order."""

    def __call__(self, work: Callable[[K], R], keys: Sequence[K]) -> Iterator[tuple[int, R | Failed]]:
        """Work on every key."""
        ...


def run_here(work: Callable[[K], R], keys: Sequence[K]) -> Iterator[tuple[int, R | Failed]]:
    """Work on one part after another in this process."""
    for position, key in enumerate(keys):
        yield position, _tried(work, key)


def _tried(work: Callable[[K], R], key: K) -> R | Failed:
    try:
        return work(key)
    except WanggeError as error:
        return Failed(error)
    except Exception as error:
        # Nothing that is wrong with one part may end the others' work; what it was is told.
        return Failed(error)


def _work_on_worker(work: Callable[[K], R], key: K) -> R | Failed:
    """Work on a part on a worker: a refusal is a result, anything else an error that is worth another try."""
    try:
        return work(key)
    except WanggeError as error:
        return Failed(error)


@contextmanager
def on_dask(scheduler: str | None = None, *, workers: int | None = None, timeout_s: float = 30.0) -> Iterator[Run]:
    """Work on parts by the workers of a Dask scheduler.

    Parameters
    ----------
    scheduler : str, optional
        Its address, such as ``tcp://10.1.2.3:8786``. Without one, processes are started on this
        machine for as long as the context lasts.
    workers : int, optional
        How many processes then; by default one for each core, of one thread each.
    timeout_s : float
        How long to wait for the scheduler, and for a first worker.

    Raises
    ------
    InvalidInput
        If the scheduler does not answer, has no worker, or has one with other versions.
    """
    import dask  # noqa: PLC0415 - half a second, which only who computes on Dask should pay
    import distributed  # noqa: F401, PLC0415 - it adds its own settings, which must be there before one is changed

    # A worker may die for reasons of its machine; a part that takes four with it is to blame itself.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": _RETRIES}),
        _client(scheduler, workers, timeout_s) as client,
    ):
        _check_workers(client, timeout_s)
        yield _DaskRun(client)


@contextmanager
def _client(scheduler: str | None, workers: int | None, timeout_s: float) -> Iterator["Client"]:
    import logging  # noqa: PLC0415 - as below

    from distributed import Client, LocalCluster  # noqa: PLC0415 - see on_dask

    if scheduler is None:
        with (
            LocalCluster(
                n_workers=workers or _cores(),
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said in our own words
    try:
        client = Client(scheduler, timeout=timeout_s)
    except (OSError, ValueError, TimeoutError) as fault:
        raise InvalidInput(
            "the scheduler {address} does not answer; start one with `dask scheduler`, or leave --scheduler out",
            address=scheduler,
        ) from fault
    with client:
        yield client


def _cores() -> int:
    import os  # noqa: PLC0415 - as above

    return len(os.sched_getaffinity(0))


def versions() -> dict[str, str]:
    """Return the versions of what has a say in the last digit of a result, and in whether it can be sent."""
    import importlib.metadata  # noqa: PLC0415 - see on_dask
    import platform  # noqa: PLC0415 - see on_dask

    import pyproj  # noqa: PLC0415 - see on_dask
    import shapely  # noqa: PLC0415 - see on_dask

    packages = (
        "dask",
        "distributed",
        "geopandas",
        "numba",
        "numpy",
        "pandas",
        "pyarrow",
        "pyproj",
        "shapely",
        "wangge",
    )
    found = {name: importlib.metadata.version(name) for name in packages}
    return found | {
        "python": platform.python_version(),
        "PROJ": pyproj.proj_version_str,
        "GEOS": shapely.geos_version_string,
    }


def _own_versions() -> dict[str, str]:
    return versions()


def _check_workers(client: "Client", timeout_s: float) -> None:
    """See that there is a worker, and that all compute as this process does."""
    try:
        client.wait_for_workers(1, timeout=timeout_s)
    except TimeoutError as fault:
        raise InvalidInput(
            "the scheduler {address} has no worker; start some with `dask worker {address}`",
            address=client.scheduler.address,
        ) from fault
    own = _own_versions()
    for address, found in client.run(versions, on_error="return").items():
        if isinstance(found, BaseException):
            message = "the worker {worker} cannot run wangge: {reason}"
            raise InvalidInput(message, worker=address, reason=" ".join(str(found).split())[:200])
        other = [name for name in own if found.get(name) != own[name]]
        if other:
            raise InvalidInput(
                "the worker {worker} has {name} {theirs}, not {ours}; results could differ, so install the same",
                worker=address,
                name=other[0],
                theirs=found.get(other[0]) or "—",
                ours=own[other[0]],
            )


class _DaskRun:
    """See :class:`Run`."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    def __call__(self, work: Callable[[Any], Any], keys: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Submit all keys, and yield what comes back as it comes."""
        from distributed import CancelledError, wait  # noqa: PLC0415 - see on_dask

        futures = {
            self._client.submit(_work_on_worker, work, key, pure=False, retries=_RETRIES): position
            for position, key in enumerate(keys)
        }
        alone_s = 0.0
        while futures:
            try:
                done = wait(list(futures), timeout=_ASK_EVERY_S, return_when="FIRST_COMPLETED").done
            except CancelledError:
                raise InvalidInput("the scheduler has gone; what was computed is lost") from None
            except TimeoutError:
                alone_s = 0.0 if self._has_workers() else alone_s + _ASK_EVERY_S
                if alone_s >= _WORKERS_GONE_S:
                    raise InvalidInput("all workers have gone, and none came back") from None
                continue
            for future in done:
                yield futures.pop(future), self._result(future)
                # What has been taken over need not stay on a worker.
                future.release()

    def _has_workers(self) -> bool:
        if self._client.status != "running":
            return False
        return bool(self._client.scheduler_info(n_workers=-1)["workers"])

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker  # noqa: PLC0415 - see on_dask

        if future.cancelled():
            raise InvalidInput("the scheduler has gone; what was computed is lost")
        try:
            return future.result()
        except KilledWorker:
            return Failed(InvalidInput("the workers that read it died, {count} of them", count=_RETRIES + 1))
        except Exception as error:
            # As when it runs here: one part's error is that part's.
            return Failed(error)
