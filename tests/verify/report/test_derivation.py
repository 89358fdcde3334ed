"""One derivation as HTML, Markdown, LaTeX, a notebook and a PDF."""

from __future__ import annotations

import json
import re

import pytest

from verify.report import ReportError, render_derivation
from verify.report import derivation as module

pytest.importorskip("pypandoc", reason="documents need firstmover[report]")


@pytest.fixture
def data(demo):
    return demo.derivation()


def test_every_format_holds_every_step(data):
    for form in ("md", "latex", "ipynb"):
        text = render_derivation(data, form).decode()
        text = "".join(json.loads(text)["cells"][0]["source"]) if form == "ipynb" else text
        for step in data["steps"]:
            assert step["latex"] in text and f"({step['number']})" in text
        assert data["conclusions"][0]["latex"] in text


def test_sections_stand_before_their_first_step(data):
    section = {"first": 2, "title": "Second thoughts", "text": "Why <this> follows."}
    text = render_derivation({**data, "sections": [section]}, "md").decode()
    assert text.index("**(1)**") < text.index("### Second thoughts\n\nWhy \\<this\\> follows.") < text.index("**(2)**")
    page = render_derivation({**data, "sections": [section]}, "html").decode()
    assert page.index('id="step-1"') < page.index("Second thoughts") < page.index('id="step-2"')
    assert "Why &lt;this&gt; follows." in page
    assert "Second thoughts" not in render_derivation(data, "html").decode()


def test_conclusions_are_boxed(data):
    for form in ("md", "latex"):
        assert rf"\boxed{{{data['conclusions'][0]['latex']}}}" in render_derivation(data, form).decode()


def test_html_is_one_file(data):
    text = render_derivation(data, "html").decode()
    assert "<link" not in text and "@font-face" in text
    assert not re.search(r"(https?:)?//[a-z0-9]", re.sub(r"base64,[^\"]*", "", text))
    assert text.count('<li id="step-') == 8 and text.count('class="formula"') == 2 + 2 + 8 + 1
    assert "8 steps, each checked by machine; the weakest rests on ball evidence." in text


def test_the_notebook_opens_ready_to_check_again(data):
    notebook = json.loads(render_derivation(data, "ipynb"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    (cell,) = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert "".join(cell["source"]).endswith("derivation = derive('softmax/value-gap')\nderivation.check()")


def test_documents_are_the_same_every_time(data):
    for form in ("html", "md", "latex", "ipynb"):
        assert render_derivation(data, form) == render_derivation(data, form)


def test_markdown_needs_no_pandoc(data, monkeypatch):
    monkeypatch.setattr(module.pandoc, "find", lambda: pytest.fail("pandoc was looked for"))
    assert render_derivation(data, "md").startswith(b"# How much a softmax gives away\n")


def test_text_is_text_in_every_format(data):
    data["title"] = "*<script>alert(1)</script>* `x` [y](javascript:z) \\input{/etc/passwd}"
    data["topic"] = "a`b"
    data["steps"][0] |= {"reason": "# no heading\n\n```{=html}\n<b>", "latex": "x$ <script>alert(2)</script> $y"}
    data["steps"][1]["evidence"] = None
    html = render_derivation(data, "html").decode()
    assert "<script" not in html and "1 of them not checked" in html
    latex = render_derivation(data, "latex").decode()
    assert r"\textbackslash input" in latex and "\\input{/etc" not in latex
    source = "".join(json.loads(render_derivation(data, "ipynb"))["cells"][0]["source"])
    assert "<script>alert(1)" not in source.replace("\\<", "")


def test_an_unknown_format_and_a_malformed_derivation_are_one_line(data):
    with pytest.raises(ReportError, match=r"^derivation: expected a format among html, md, .* found 'docx'$"):
        render_derivation(data, "docx")
    with pytest.raises(ReportError, match=r"^derivation.steps\[0\].number: expected an integer, found '1'$"):
        render_derivation({**data, "steps": [{"number": "1", "latex": "x"}]}, "md")


def test_without_typst_a_pdf_says_what_to_install(data, monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(ReportError, match=r"^derivation: expected typst for a PDF, found none: pip install typst$"):
        render_derivation(data, "pdf")


def test_a_pdf_where_typst_is_installed(data):
    pytest.importorskip("typst")
    assert render_derivation(data, "pdf").startswith(b"%PDF-")
