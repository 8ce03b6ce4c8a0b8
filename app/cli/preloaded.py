"""What the processes of a server have in common, loaded once: they are forked from one that has imported this."""

from __future__ import annotations

import gc
import signal
from importlib import import_module
from importlib.util import find_spec

# Ctrl-C reaches the whole group of processes. It is for the one that started this; those that are forked take their own
# measures.
_before = signal.signal(signal.SIGINT, signal.SIG_IGN)
# What is imported makes many objects and hardly any garbage; to look for it takes a fifth of the time.
gc.disable()
for _name in ("uvicorn.lifespan.on", "uvicorn.server", "uvloop", "app.http.connection", "app.web.site"):
    import_module(_name)
if find_spec("mcp") is not None:
    import_module("app.assistants.door")
# The collector writes to every object it looks at, and a page written to is no longer shared.
gc.freeze()
signal.signal(signal.SIGINT, _before)
