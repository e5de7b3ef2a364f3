"""What the API server can do for any Python client: the bare requests, by urllib3 alone, from JSON texts in memory.

`python -m tests.benchmarks.ceiling` reads one JSON object (the arguments of `Work`) from standard input and prints the
seconds taken. It is a program of its own so that its memory does not count as that of other commands.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import urllib3

from .objects import bodies

_QUERY = "fieldManager=ceiling&force=false&fieldValidation=Strict"


@dataclass(frozen=True)
class Work:
    """`connections`: how many at once apply `count` Applications in `namespace`. 0 lists them instead.

    With `resources`, each is as it is in use, with so many resources deployed.
    """

    host: str
    token: str
    ca_file: str
    namespace: str
    count: int
    connections: int
    resources: int = 0

    @property
    def url(self) -> str:
        """The collection."""
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/applications"

    def pool(self) -> urllib3.HTTPSConnectionPool:
        """One connection."""
        address = urllib3.util.parse_url(self.host)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        return urllib3.HTTPSConnectionPool(
            address.host or "", address.port, ca_certs=self.ca_file, headers=headers, maxsize=1, retries=False
        )


def main() -> None:
    """Do the work that standard input describes."""
    work = Work(**json.load(sys.stdin))
    print(json.dumps(_listed(work) if work.connections == 0 else _applied(work)))


def _applied(work: Work) -> float:
    todo = iter(list(bodies(work.count, work.namespace, work.resources)))
    lock = threading.Lock()
    errors: list[str] = []

    def apply() -> None:
        pool = work.pool()
        headers = {**pool.headers, "Content-Type": "application/apply-patch+yaml"}
        while not errors:
            with lock:
                name, body = next(todo, ("", b""))
            if not name:
                return
            response = pool.urlopen("PATCH", f"{work.url}/{name}?{_QUERY}", body, headers)
            if response.status >= 300:
                errors.append(f"{response.status} {response.data[:500]!r}")
            json.loads(response.data)

    seconds = _timed(work.connections, apply)
    if errors:
        raise SystemExit(errors[0])
    return seconds


def _timed(threads: int, run: Callable[[], None]) -> float:
    workers = [threading.Thread(target=run) for _number in range(threads)]
    begin = time.monotonic()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return time.monotonic() - begin


def _listed(work: Work) -> float:
    begin = time.monotonic()
    pool, found, following = work.pool(), 0, ""
    while True:
        response = pool.urlopen("GET", f"{work.url}?limit=500{following}")
        page: dict[str, Any] = json.loads(response.data)
        found += len(page["items"])
        if not page["metadata"].get("continue"):
            break
        following = f"&continue={page['metadata']['continue']}"
    seconds = time.monotonic() - begin
    if found != work.count:
        raise SystemExit(f"{found} Applications are listed, not {work.count}")
    return seconds


if __name__ == "__main__":
    main()
