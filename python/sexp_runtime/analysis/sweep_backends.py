"""Where the runs of a sweep are played: in this process, in several of this machine, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from typing import Any, Final

from sexp_runtime import __version__
from sexp_runtime.analysis.sweep import Task, play_one

#: How often Dask repeats a run whose worker was lost or failed.
RETRIES: Final = 5
#: Seconds to wait for the scheduler.
PATIENCE: Final = 30


class ClusterError(RuntimeError):
    """A Dask cluster that cannot be used; the text says why."""


def play_here(task: Task, seeds: Sequence[int], jobs: int = 1) -> Iterator[dict[str, Any]]:
    """Yield the runs in the order of their seeds, played by so many processes of this machine."""
    if jobs == 1:
        for seed in seeds:
            yield play_one(task, seed)
        return
    with ProcessPoolExecutor(min(jobs, len(seeds)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(play_one, task), seeds, chunksize=max(1, min(8, len(seeds) // (4 * jobs))))


def play_on_dask(task: Task, seeds: Sequence[int], address: str) -> Iterator[dict[str, Any]]:
    """Yield the runs as they are done, played by the workers of a Dask cluster at the scheduler's address.

    The cluster plays a lost worker's runs again. Scheduler and workers need this version of the package. Raises
    ClusterError if the cluster cannot be used, or ImportError if Dask is not installed here.
    """
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise ImportError("--dask needs Dask: pip install 'sexp-runtime[dask]'") from error
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ClusterError(f"no Dask scheduler answers at {address}: {error}") from error
    with client:
        _check_cluster(client)
        mission = client.scatter(task, broadcast=True)
        futures = client.map(_play, seeds, mission=mission, pure=False, retries=RETRIES)
        try:
            for future in distributed.as_completed(futures, loop=client.loop):
                yield future.result()
        finally:
            client.cancel(futures)


def _play(seed: int, mission: Task) -> dict[str, Any]:
    return play_one(mission, seed)


def worker_version() -> str:
    """Return the version of this package in the process that runs this."""
    return __version__


def _check_cluster(client: Any) -> None:
    """Raise ClusterError unless there is a worker, and all workers and the scheduler have this version."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        versions = {f"worker {where}": version for where, version in client.run(worker_version).items()}
        versions["the scheduler"] = client.run_on_scheduler(worker_version)
    except TimeoutError as error:
        raise ClusterError("the Dask cluster has no workers") from error
    except ImportError as error:  # the function cannot be loaded there
        raise ClusterError(f"the scheduler or a worker of the Dask cluster lacks this package: {error}") from error
    other = {where: version for where, version in versions.items() if version != __version__}
    if other:
        where, version = next(iter(other.items()))
        raise ClusterError(f"{where} of the Dask cluster has version {version} of this package, not {__version__}")
