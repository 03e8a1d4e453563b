"""Formulas on pages: TeX becomes MathML, and nothing else does."""

from __future__ import annotations

import pytest

from feedsvc.pages.mathml import with_formulas


def test_a_formula_becomes_mathml() -> None:
    assert with_formulas(r"<p>비용은 $\frac{1}{2}$이고 $x_i^2$입니다.</p>") == (
        "<p>비용은 <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>이고 "
        "<math><msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup></math>입니다.</p>"
    )


def test_two_dollars_make_a_formula_of_its_own_line() -> None:
    made = with_formulas(r"<p>$$\sum_{i=1}^N x_i$$</p>")
    assert made.startswith('<p><math display="block"><munderover><mo')


def test_a_sign_that_html_has_for_itself_is_read() -> None:
    assert with_formulas("$a &lt; b$") == "<math><mi>a</mi><mo>&lt;</mo><mi>b</mi></math>"


@pytest.mark.parametrize(
    "html",
    [
        "from $5 to $10",
        "$3이고 저것은 5$",
        r"$\unknown{x}$",
        r"$\frac{$",
        r"<code>$x^2$</code>",
        "<pre><code>a $x^2$\n$y^2$</code></pre>",
        '<a href="https://a.example/$x_1$">a</a>',
        r"$\href{javascript:alert(1)}{x}$",
        "{" * 300,
    ],
)
def test_what_is_none_or_is_not_understood_stays_as_it_is(html: str) -> None:
    assert with_formulas(html) == html


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{<img src=x onerror=alert(1)>} + x",
        r"\text{<script>alert(1)</script>} + x",
        r"\color{red}{x}",
        r"\mathrm{</math><script>alert(1)</script>}",
    ],
)
def test_a_formula_is_never_active(tex: str) -> None:
    html = "$" + tex.replace("<", "&lt;").replace(">", "&gt;") + "$"
    made = with_formulas(html)
    assert "<script" not in made
    assert "<img" not in made
    assert "style=" not in made
