"""What a page is given, it shows as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, UndefinedError
from markupsafe import Markup, escape

from app.web.address import Address
from app.web.escaping import PageEnvironment, escaped_text


@given(st.text(st.sampled_from("<>&\"'a é…\0")) | st.integers() | st.floats() | st.booleans() | st.none())
def test_a_value_is_escaped_as_ever(value: object) -> None:
    assert escaped_text(value) == str(escape(value))
    assert escaped_text(Markup("<b>{}</b>").format(value)) == str(Markup("<b>{}</b>").format(value))


def test_templates_escape_all_but_what_is_markup() -> None:
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    source = (
        "{% macro said(x) %}<i>{{ x }}</i>{% endmacro %}{{ a }}|{{ a ~ b }}|{{ b }}|{{ said(a) }}|{{ said(b) }}|"
        "{{ n }}|{{ url }}|{{ a|safe }}|{% set c %}{{ a }}{% endset %}{{ c }}|{{ a|upper }}|{{ '<' }}"
    )
    shown = environment.from_string(source).render(
        a="<&>", b=Markup("<b>"), n=1.5, url=Address("/", (("q", "'a'"), ("b", "c")))
    )
    assert shown == (
        "&lt;&amp;&gt;|&lt;&amp;&gt;<b>|<b>|<i>&lt;&amp;&gt;</i>|<i><b></i>|1.5|/?q=%27a%27&amp;b=c|<&>|&lt;&amp;&gt;|"
        "&lt;&amp;&gt;|&lt;"
    )
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nothing }}").render()
    assert PageEnvironment().from_string("{{ a }}").render(a="<") == "<"
