"""`python -m tests.controlplane build|up|down|status`, from the root of the repository."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path

from . import layout
from .builds import build
from .errors import ControlPlaneError
from .plane import ControlPlane, terminate


def main() -> int:
    """The exit code: 0, or 1 if something failed or (for `status`) not every part runs."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, terminate)
    try:
        return int(options.run(options) or 0)
    except ControlPlaneError as error:
        print(f"controlplane: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.controlplane", description="A real Kubernetes with Argo CD.")
    commands = parser.add_subparsers(required=True, metavar="build|up|down|status")
    commands.add_parser("build", help="build its programs; nothing is done if they are there").set_defaults(run=_build)
    for run, help_ in ((_up, "start it and leave it running"), (_down, "end it"), (_status, "show whether it runs")):
        command = commands.add_parser(run.__name__[1:], help=help_)
        command.add_argument("--state", type=Path, default=layout.default(), help="state folder (default: %(default)s)")
        command.set_defaults(run=run)
        if run is _up:
            command.add_argument("--without-argocd", action="store_true", help="only Argo CD's definitions")
            command.add_argument("--without-controllers", action="store_true", help="nor a scheduler or node")
            command.add_argument("--reconciliation", type=int, default=180, help="seconds between looks at Git")
    return parser


def _build(_options: argparse.Namespace) -> None:
    print(build().folder)


def _up(options: argparse.Namespace) -> None:
    found = layout.load(layout.Layout(options.state.resolve()))
    if found is not None and found.processes:
        plane = ControlPlane.attach(options.state)
        if all(plane.status().values()):
            _describe(plane)
            return
        plane.stop()
    build()
    begin = time.monotonic()
    plane = ControlPlane(
        options.state,
        argocd=not options.without_argocd,
        controllers=not options.without_controllers,
        reconciliation=options.reconciliation,
        tied=False,
    )
    plane.record.temporary = options.state == layout.default()
    plane.start()
    print(f"ready after {time.monotonic() - begin:.1f} s")
    _describe(plane)


def _down(options: argparse.Namespace) -> None:
    ControlPlane.attach(options.state).stop()


def _status(options: argparse.Namespace) -> bool:
    plane = ControlPlane.attach(options.state)
    parts = plane.status()
    for name, alive in parts.items():
        print(f"{name:34} {'runs' if alive else 'does not run'}")
    _describe(plane)
    return not parts or not all(parts.values())


def _describe(plane: ControlPlane) -> None:
    print(f"kubeconfig  {plane.kubeconfig}")
    print(f"git         {plane.git_url}  ({plane.git_root})")
    if plane.record.argocd:
        print(f"Argo CD     {plane.argocd_url}  (admin, password in the Secret argocd-initial-admin-secret)")


if __name__ == "__main__":
    sys.exit(main())
