"""The services of `bpp ui`: Dagster's own, with the guard before the web server.

Not here: what the guard refuses (`guard.py`). Dagster has no setting for it. `dagster dev` starts its web
server as a module, and that server makes its application by a function: one name of each is replaced here, in
a process that does nothing else; `tests/browser/test_ui_in_browser.py` attacks a server that was started so.

    python -m assets.ui dev ...          with the options of `dagster dev`
    python -m assets.ui webserver ...    with the options of `dagster-webserver`
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from assets.guard import Guard

THEIRS = ["-m", "dagster_webserver"]
OURS = ["-P", "-m", "assets.ui", "webserver"]
"""`-P`: never a package of the same name in the folder where it is started."""


def serve_ui() -> None:
    """Run Dagster's web server, the guard first."""
    cli: Any = importlib.import_module("dagster_webserver.cli")
    make = cli.create_app_from_workspace_process_context

    def guarded(*given: Any, **named: Any) -> Any:
        app = make(*given, **named)
        app.add_middleware(Guard)
        return app

    cli.create_app_from_workspace_process_context = guarded
    cli.main()


def run_services() -> None:
    """Run web server and daemon as `dagster dev` does, with our web server in place of theirs."""
    dev: Any = importlib.import_module("dagster._cli.dev")
    start = dev.open_ipc_subprocess

    def start_ours(words: list[str], **named: Any) -> Any:
        if words[1:3] == THEIRS:
            words = [words[0], *OURS, *words[3:]]
        return start(words, **named)

    dev.open_ipc_subprocess = start_ours
    dev.dev_command()


if __name__ == "__main__":
    service = {"dev": run_services, "webserver": serve_ui}[sys.argv.pop(1)]
    service()
