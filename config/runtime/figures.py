"""The metrics of several processes, and those of a worker, which serves nothing else."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from apps.monitor.services.metrics import SHARED_DIR, is_scraper, metrics_text

PATH = "/metrics"


class SilentHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


@contextmanager
def shared_figures() -> Iterator[None]:
    """Let the processes that are started meanwhile keep their figures in one folder."""
    with tempfile.TemporaryDirectory(prefix="atrium-metrics-") as folder:
        os.environ[SHARED_DIR] = folder  # they inherit it
        try:
            yield
        finally:
            del os.environ[SHARED_DIR]


@contextmanager
def served_metrics(port: int, host: str = "") -> Iterator[int]:
    """Answer `/metrics` on a port while the context lasts; 0 answers nowhere.

    The pool's processes keep their figures in a folder that the one who answers reads.
    """
    if not port:
        yield 0
        return
    with shared_figures():
        server = make_server(host, port, _answer, handler_class=SilentHandler)
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()


def _answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    if environ["PATH_INFO"] != PATH:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    if not is_scraper(environ.get("HTTP_AUTHORIZATION", "")):
        headers = [("WWW-Authenticate", "Bearer"), ("Content-Length", "0")]
        start_response("401 Unauthorized", headers)
        return []
    text, kind = metrics_text()
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(text)))])
    return [text]
