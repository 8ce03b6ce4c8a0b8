"""Values on their way into a page: as text, escaped.

Jinja makes an object of each that says that it is escaped, which takes longer than to look whether there is anything to
escape; a page has some two thousand, nearly all of them numbers, words and addresses.
"""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Environment
from jinja2.compiler import CodeGenerator
from markupsafe import escape

_SPECIAL = re.compile("[&<>\"']")


def escaped_text(value: Any) -> str:
    """Return the text that `markupsafe.escape` does."""
    kind = type(value)
    if kind is str:
        return str(escape(value)) if _SPECIAL.search(value) else value
    if kind is int or kind is float:
        return str(value)
    return str(escape(value))


class _Generator(CodeGenerator):
    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped_text(")
            if finalize.src is not None:
                self.write(finalize.src)
        else:
            super()._output_child_pre(node, frame, finalize)


class PageEnvironment(Environment):
    """An environment whose templates escape what they are given."""

    code_generator_class = _Generator
    escaped_text = staticmethod(escaped_text)
