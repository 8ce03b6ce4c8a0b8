"""How templates are compiled: values are put into a page as text, escaped, and pages are put together at once.

Jinja makes an object of each value that says that it is escaped, which takes longer than to look whether there is
anything to escape; a page has some two thousand, nearly all of them numbers, words and addresses. And it hands each
piece of a page on through all templates around it, in case somebody wants to send it before the rest is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import escape

_SPECIAL = re.compile("[&<>\"']")
_OF_ALL_DICTIONARIES = frozenset(dir(dict))


def escaped_text(value: Any) -> str:
    """Return the text that `markupsafe.escape` does."""
    kind = type(value)
    if kind is str:
        return str(escape(value)) if _SPECIAL.search(value) else value
    if kind is int or kind is float:
        return str(value)
    if not hasattr(value, "__html__"):
        text = str(value)
        return str(escape(text)) if _SPECIAL.search(text) else text
    return str(value.__html__())


class _Generator(CodeGenerator):
    def write_commons(self) -> None:
        super().write_commons()
        self.writeline("escaped_text = environment.escaped_text")

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        is_outermost = frame.parent is None and frame.buffer is None
        if is_outermost:
            self.buffer(frame)
        super().blockvisit(nodes, frame)
        if is_outermost:
            self.writeline(f"yield concat({frame.buffer})")

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("escaped_text(")
            if finalize.src is not None:
                self.write(finalize.src)
        else:
            super()._output_child_pre(node, frame, finalize)


class PageEnvironment(Environment):
    """An environment whose templates escape what they are given."""

    code_generator_class = _Generator
    escaped_text = staticmethod(escaped_text)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what Jinja's own does, which looks for an attribute first: to find that a dictionary has none takes
        longer than all else."""
        if type(obj) is dict and attribute in obj and attribute not in _OF_ALL_DICTIONARIES:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return self.getitem(obj, attribute)
