"""`dateline serve`: the server as a process, from its socket to its last request."""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
from importlib.util import find_spec
from tempfile import TemporaryDirectory, gettempdir
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import errors
from app.cli.command import EXIT_DISK, DataDir, collect_seldom, examples, existing, opened, settings_of

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from app.settings import Settings

_FILES = 10_240
"""Open at once in a process: those of all connections it takes, and as many again; no system refuses so few."""
_IGNORED = [each for each in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_IGN]
"""By whoever started this process: a script's `&`, nohup. Ctrl-C is then for what runs in front, and not for this."""
_COLLECTED = 10_000
"""Objects that are new before the collector looks for cycles: with as many as other commands have, garbage of requests
takes 12 MB, and to look for it so much oftener takes no time that shows."""
_LONGEST_FOLDER = 70
"""Bytes of a temporary folder in which a socket has a name short enough for every system, below a folder of its own."""
_FINISH_SECONDS = 6
"""For requests under way when the server is told to stop; with what comes after them it ends within ten."""

EXAMPLES = examples(
    ("dateline serve", "on http://127.0.0.1:8000, until Ctrl-C; requests under way are finished"),
    ("dateline serve --port 9000 --workers 4", "for more readers at once"),
    ("dateline serve --host 0.0.0.0", "for other machines too: put a proxy with accounts before it"),
)

MCP_EXAMPLES = examples(("dateline mcp --data-dir /srv/news", "the command that an assistant is told to start"))


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 0.0.0.0 for all (127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; 0 for a free one (8000).")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer (1).")] = None,
    data_dir: DataDir = None,
) -> None:
    """Serve the search page and the HTTP API; the address is printed.

    The archive is brought to this version first. Articles can be ingested while it runs.
    """
    settings = settings_of(data_dir, host=host, port=port, workers=workers)
    count = _migrate_and_count(settings)
    with _listen(settings.host, settings.port) as listener:
        address = _server_address(settings.host, listener.getsockname()[1])
        shown = settings.public_url or address
        typer.echo(
            f"Dateline has {count:,} articles and answers on {address} (the API: {shown}/docs). Ctrl-C stops it."
        )
        _run_server(settings, listener)


def mcp_command(data_dir: DataDir = None) -> None:
    """Answer an assistant over standard input and output, by the Model Context Protocol.

    It may search, read and count, and change nothing. A server answers assistants at /mcp too.
    """
    if find_spec("mcp") is None:
        raise errors.SettingsInvalid("Assistants need a package: pip install 'dateline[mcp]'")
    from app.assistants.server import run_in_terminal

    with existing(data_dir) as archive:
        run_in_terminal(archive)


def application() -> Any:
    """The ASGI application as each server process builds it, from the environment."""
    # What is imported makes many objects and hardly any garbage; to look for it takes a fifth of the time.
    gc.disable()
    from importlib.metadata import version
    from logging.config import dictConfig
    from multiprocessing import parent_process

    from app.http import heap, log
    from app.settings import Settings
    from app.web.site import create_app

    _ignore_signals()
    heap.share_between_threads()
    settings = Settings.read()
    dictConfig(log.logging_config(settings))
    if (parent := parent_process()) is not None:
        Thread(target=_stop_with_parent, args=(parent,), daemon=True).start()
    app = create_app(settings)
    if find_spec("mcp") is not None:
        from app.assistants.door import serve_assistants

        serve_assistants(app, version("dateline"))
    # To look through all of it for cycles would stop all requests for a tenth of a second at a time.
    collect_seldom(_COLLECTED)
    return app


def _migrate_and_count(settings: Settings) -> int:
    """Migrate before any server process starts, and count the articles. The server fills an index that was mended."""
    from app.store.published import count_published

    with opened(settings, allow_missing_index=True) as archive, archive.database.reading() as session:
        if archive.meaning is not None:
            archive.meaning.model.load()  # what is wrong with it is to be said here, in a line
        return count_published(session)


def _listen(host: str, port: int) -> socket.socket:
    """Bound here, so that a port in use is one line, and the port printed is the one that was given for 0."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns on TCP_NODELAY; without it every answer would wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise errors.SettingsInvalid(f"Cannot listen on {_server_address(host, port)}: {error.strerror}.") from None
    return listener


def _server_address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104  # compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _run_server(settings: Settings, listener: socket.socket) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    _raise_file_limit()
    from app.http.metrics import SHARED_FOLDER

    # New processes read their settings from the environment.
    os.environ["DATELINE_DATA_DIR"] = str(settings.data_dir.resolve())
    os.environ["DATELINE_WORKERS"] = str(settings.workers)
    config = uvicorn.Config(
        "app.cli.server:application",
        factory=True,
        http="app.http.connection:Connection",  # loaded by who answers: it goes by the files there are
        workers=settings.workers,
        log_config=None,  # `application` has it, for each process
        access_log=False,  # its lines would hold what people search for; ours have the route
        server_header=False,
        proxy_headers=False,  # `front` goes by them
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_FINISH_SECONDS,
        timeout_worker_healthcheck=30,  # one that is busy must not be taken for dead, and its requests with it
    )
    # Uvicorn finishes what is under way, then raises the signal again: an orderly end is not a failure.
    signal.signal(signal.SIGTERM, _exit_at_once)
    if settings.workers > 1:
        with TemporaryDirectory(prefix="dateline-metrics-") as shared:
            os.environ[SHARED_FOLDER] = shared
            _fork_processes()
            supervisor = Multiprocess(config, sockets=[listener])
            _ignore_signals()
            supervisor.run()
    else:
        server = uvicorn.Server(config)
        server.run(sockets=[listener])
        if not server.started:
            raise typer.Exit(EXIT_DISK)


def _fork_processes() -> None:
    """Have uvicorn fork its processes from one that has loaded what they need and opened nothing: each takes a tenth of
    a second to start, and shares what it does not write to. It has no setting for that."""
    from multiprocessing import get_context

    from uvicorn import _subprocess

    if len(os.fsencode(gettempdir())) > _LONGEST_FOLDER:
        return  # each is started by itself
    context = get_context("forkserver")
    context.set_forkserver_preload(["app.cli.preloaded"])
    _subprocess.spawn = context  # type: ignore[assignment]


def _raise_file_limit() -> None:
    """Every connection takes one, and many systems give a process some hundreds unless it asks."""
    given, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if most == resource.RLIM_INFINITY else min(_FILES, most)
    if given != resource.RLIM_INFINITY and given < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def _ignore_signals() -> None:
    """Uvicorn has taken these signals by now, whatever they were."""
    for each in _IGNORED:
        signal.signal(each, signal.SIG_IGN)


def _exit_at_once(*_: object) -> None:
    """End the process at once: a thread that is still at work on a request that was broken off would keep the process
    for as long."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _stop_with_parent(parent: BaseProcess) -> None:
    """Left alone by a parent that was killed, a process would keep the port."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
