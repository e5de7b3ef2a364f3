"""`python -m tests.demo [--keep [FOLDER]]`, from the root of the repository."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from tests.controlplane import ControlPlaneError, build, layout, other
from tests.controlplane.plane import terminate

from . import places
from .errors import DemoError
from .narrator import Narrator
from .story import tell


def main() -> int:
    """The exit status: 0 if everything that the demo tells is true."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description="Shows the collection on a real cluster.")
    parser.add_argument(
        "--keep",
        nargs="?",
        type=Path,
        const=layout.default(),
        metavar="FOLDER",
        help="leave everything running, with the control plane's state in FOLDER (default: %(const)s)",
    )
    keep = parser.parse_args().keep
    signal.signal(signal.SIGTERM, terminate)
    try:
        if os.environ.get(other.KUBECONFIG):
            if keep is not None:
                parser.error(f"with {other.KUBECONFIG} nothing can be kept: the Git server ends with the demo")
            _given()
        else:
            _own(keep and keep.resolve())
    except (DemoError, ControlPlaneError) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; nothing is left.", file=sys.stderr)
        return 130
    return 0


def _own(keep: Path | None) -> None:
    build()  # ahead of the clock: the first time takes minutes
    narrator = Narrator()
    with places.own(narrator, keep) as programs:
        tell(programs, narrator)
    _end(narrator)
    if keep is not None:
        print(f"\nLeft running. To look round: export KUBECONFIG={programs.kubeconfig}")
        print(f"To end it: {places.stop_command(keep)}")


def _given() -> None:
    narrator = Narrator()
    with places.given(narrator) as programs:
        print(f"On the cluster of {programs.kubeconfig}")
        tell(programs, narrator)
    _end(narrator)


def _end(narrator: Narrator) -> None:
    print("\nChecked in the cluster: both Applications are Synced and Healthy, the pushed commit is there,")
    print(f"the changes by hand are gone. {time.monotonic() - narrator.begin:.0f} s in all.")


if __name__ == "__main__":
    sys.exit(main())
