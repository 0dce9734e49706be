"""What the documents say is true: their films check, their tables are the code's, their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from films import findings

from scenelang.compiler.conditioning import TENSORS
from scenelang.grammar.format import format_film
from scenelang.grammar.parse import parse
from scenelang.grammar.reference import vocabulary_page

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("[a-z]*/README.md")])
SCENES = [
    (page.name, text)
    for page in PAGES
    for text in re.findall(r"```scene\n(.*?)```", page.read_text(), re.S)
]


def test_there_are_films_in_the_documents() -> None:
    assert len(SCENES) >= 2


@pytest.mark.parametrize(("page", "text"), SCENES)
def test_films_in_the_documents_check(page: str, text: str) -> None:
    if "import" in text:
        pytest.fail("a film in a document stands alone")
    assert findings(text) == []


def test_the_vocabulary_page_is_the_tables() -> None:
    assert (ROOT / "docs" / "vocabulary.md").read_text() == vocabulary_page(), (
        "write it again: make vocabulary"
    )


def test_every_tensor_is_documented() -> None:
    page = (ROOT / "docs" / "conditioning.md").read_text()
    for name, (dtype, meaning) in TENSORS.items():
        assert f"| `{name}` | {str(dtype).removeprefix('torch.')} | {meaning} |" in page, name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert link.startswith("https://") or (page.parent / link).exists(), link


def test_readmes_name_the_files_of_their_folders() -> None:
    for folder in ("grammar", "compiler", "runtime", "scenelang/editor", "scenelang/trust"):
        text = (ROOT / folder / "README.md").read_text()
        for path in (ROOT / folder).glob("*.py"):
            assert path.name in text or path.name == "__init__.py", (
                f"{folder}/README.md says nothing of {path.name}"
            )


def test_the_film_in_the_language_reference_is_formatted() -> None:
    (text,) = re.findall(r"```scene\n(.*?)```", (ROOT / "docs" / "language.md").read_text(), re.S)
    film, _ = parse(text)
    assert format_film(film) == text


def test_the_film_in_the_readme_is_the_example() -> None:
    (text,) = re.findall(r"```scene\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    assert text == (ROOT / "examples" / "flame.scene").read_text()
