from __future__ import annotations

from time import thread_time

import pytest

from app.ingest.markup import plain_text
from tests.growth import is_bounded


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("AT&amp;T staff met.", "AT&T staff met."),
        ("Ocado&#39;s &#x201C;prices&#x201d;&#146;", "Ocado's “prices”’"),
        ("3 &lt; 4 &amp;&amp; 5 &gt; 4", "3 < 4 && 5 > 4"),
        ("&amp;lt; and &lt;b&gt;", "&lt; and <b>"),
        ("<p>Mr <b>Smith</b>sonian spoke.</p>", "Mr Smithsonian spoke."),
        ('<p>Rain.</p><div class="x">Sun.</div>', "Rain.\n\nSun."),
        ("<P ALIGN=center>Hello<BR>there", "Hello\nthere"),
        ("Rain.<br/>Sun.<br />", "Rain.\nSun."),
        ("<p>Tom&nbsp;Hale met in <b>Geneva</b>.</p>", "Tom Hale met in Geneva."),
        ("<p>One\n  two</p>\n<p>Three</p>", "One two\n\nThree"),
        ("First.\n\nSecond with a <a href='x'>link</a>.\nThird.", "First.\n\nSecond with a link.\nThird."),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<script>if (a < b) {}</script><style>p {}</style><p>Hi<!-- not shown --></p>", "Hi"),
        ("<p>Text <script>that never ends", "Text that never ends"),
        ("<em>Yes</em>, <grin> he said", "Yes, <grin> he said"),
        ('<img src="a.jpg" alt="x > y"/>Rain', "Rain"),
        ("<![CDATA[<p>Rain.</p>]]>", "Rain."),
        ("&lt;p&gt;Rain at AT&amp;amp;T.&lt;/p&gt;", "Rain at AT&T."),
    ],
)
def test_markup_becomes_text(marked: str, plain: str) -> None:
    assert plain_text(marked) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d", "I <3 you", "AT&T", "R&D; and more", "if a <b and c> d", "List<String> x; Map<K, V> y;",
        "vector<int> a; x <= y && y >= z", "Sears Roebuck <S> said", "Philip Morris\n<P> said", "the <b> and </b> tags",
        "PHILLIPS<P> SAYS", "NAVISTAR<NAV>, DINA CAMIONES", "FORD<F>", "Sears<S> and K Mart<KM>",
        "Use <br> to break a line, <p> for a paragraph", "Write `<b>bold</b>` for bold", 'He wrote "&amp;" there',
        "?a=1&copy=2&notit;", "&unknown; &#; &", "<p", "<>", "<html", "1 <a> 2", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    "shape",
    [
        "<!--", "<p ", '<p a="', "<p a='b", "<p a=b ", "<b>", "</b>", "<script>", "<p>\n", "<br>\n ", "<!doctype ",
        "<style>x</script>", "<p> ", " \n", " \t", "&lt;", "&#", "&lt;p&gt;", "&amp;", "<p" + " a" * 9, "<![CDATA[",
    ],
)  # fmt: skip
def test_twice_the_markup_takes_twice_the_time(shape: str) -> None:
    def seconds(count: int) -> float:
        text = "<p>x</p>" + shape * count
        started = thread_time()
        plain_text(text)
        return thread_time() - started

    seconds(1_000)
    assert is_bounded(seconds, 20_000, 80_000, times=8, spare=0.1)
