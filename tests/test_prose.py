"""How the code speaks: one meaning for a name, and docstrings that a reader takes in at once. Neither gets worse.

A name counts where several files of `app/` define it at their top level, underscores aside: a reader who meets it has
to know whose it is. A docstring counts where it begins with a preposition or a relative word ("Of names that ..."): a
reader has to hold that until the verb comes, if one does.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).parents[1] / "app"

SHARED_NAMES = 0.045
FRAGMENTS = 0.01
"""The shares that there are. They are lowered whenever the code allows it, and raised never."""

_OPENERS = frozenset(
    "after also as at before behind beside by for from how in none nothing of on those to up what when where whether "
    "which who with without".split()
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(APP.rglob("*.py")):
        yield str(path.relative_to(APP)), ast.parse(path.read_text(encoding="utf-8"))


def test_a_name_has_one_meaning() -> None:
    files: defaultdict[tuple[bool, str], set[str]] = defaultdict(set)
    count = 0
    for file, module in _modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef | _Function):
                files[isinstance(node, ast.ClassDef), node.name.lstrip("_")].add(file)
                count += 1
    shared = {name: sorted(where) for (_, name), where in files.items() if len(where) > 1}
    assert sum(map(len, shared.values())) <= SHARED_NAMES * count, shared


def test_a_docstring_says_what_is_done() -> None:
    said = [
        (file, node.name, words)
        for file, module in _modules()
        for node in ast.walk(module)
        if isinstance(node, _Function) and (words := re.findall("[A-Za-z]+", ast.get_docstring(node) or ""))
    ]
    fragments = [f"{file}: {name}: {' '.join(words[:5])}" for file, name, words in said if words[0].lower() in _OPENERS]
    assert len(fragments) <= FRAGMENTS * len(said), fragments
