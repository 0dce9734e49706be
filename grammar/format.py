"""The canonical text of a film: what `fmt` writes, and what a film made in Python prints.

Words come from wording.py; here are lines, blocks, blank lines and comments. A film that
was parsed keeps its author's blank lines and its choice of one line or several; a film
made in Python gets both from the rules below.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scenelang.grammar.ast import (
    BLANK_LINE,
    Camera,
    Declaration,
    Film,
    Header,
    Import,
    Light,
    Node,
    Particles,
    Scene,
    Shot,
    Version,
)
from scenelang.grammar.wording import line

INDENT = "  "
WIDTH = 100  # a block made in Python is broken where its line would be longer


def format_film(film: Film) -> str:
    """A film's canonical text. Formatting it again changes nothing."""
    lines = list(_siblings(film.statements, 0))
    inside = film.trivia.inside if lines else _without_leading_blank(film.trivia.inside)
    lines += _comments(inside, 0)
    return "\n".join(lines) + "\n" if lines else ""


def format_node(node: Node) -> str:
    """One statement, field or value alone, with its comments."""
    return "\n".join(_statement(node, 0))


def _siblings(nodes: Sequence[Node], depth: int) -> Iterator[str]:
    """The lines of a block's statements."""
    for number, node in enumerate(nodes):
        if number and _blank_between(nodes[number - 1], node):
            yield ""
        yield from _statement(node, depth)


def _statement(node: Node, depth: int) -> Iterator[str]:
    trivia = node.trivia
    yield from _comments(trivia.before, depth)
    indent, head, children = INDENT * depth, line(node), _block(node)
    if children is None or not (
        children or trivia.inside or trivia.closing or isinstance(node, Scene | Shot)
    ):
        yield _with_comment(indent + head, trivia.after)
        return
    short = f"{indent}{head} {{ {''.join(f'{c}; ' for c in map(line, children))[:-2]} }}"
    if not children and not trivia.inside and not trivia.closing:
        yield _with_comment(f"{indent}{head} {{ }}", trivia.after)
    elif _is_broken(node, children, short):
        yield _with_comment(f"{indent}{head} {{", trivia.after)
        yield from _siblings(children, depth + 1)
        inside = trivia.inside if children else _without_leading_blank(trivia.inside)
        yield from _comments(inside, depth + 1)
        yield _with_comment(indent + "}", trivia.closing)
    else:
        yield _with_comment(short, trivia.after)


def _block(node: Node) -> tuple[Node, ...] | None:
    """What stands in a statement's braces; None for a statement that has none."""
    if isinstance(node, Header | Declaration | Light | Particles):
        return node.fields
    if isinstance(node, Camera | Scene | Shot):
        return node.body
    return None


def _is_broken(node: Node, children: tuple[Node, ...], short: str) -> bool:
    if isinstance(node, Scene | Shot) or node.trivia.inside or node.trivia.closing:
        return True
    if any(child.trivia.before or child.trivia.after for child in children):
        return True
    if is_parsed(node):
        return node.trivia.broken
    return isinstance(node, Camera) or len(short) > WIDTH


def _blank_between(above: Node, node: Node) -> bool:
    if is_parsed(node):
        return node.trivia.blank_before
    if isinstance(above, Shot | Scene) or isinstance(node, Shot | Scene):
        return True
    if isinstance(above, Declaration) and isinstance(node, Declaration):
        return above.role != node.role
    if isinstance(above, Import) and isinstance(node, Import):
        return False
    at_top = Version | Import | Header | Declaration
    return isinstance(above, at_top) or isinstance(node, at_top)


def is_parsed(node: Node) -> bool:
    """Whether a node comes from a text, and so has an author's layout."""
    return node.span is not None and node.span.end > node.span.start


def _comments(comments: Iterable[str], depth: int) -> Iterator[str]:
    for text in comments:
        yield "" if text == BLANK_LINE else INDENT * depth + _comment(text)


def _comment(text: str) -> str:
    # `##` and `#!` stay as they are
    return "#" + text if not text or text[0] in "#!" else f"# {text}"


def _with_comment(text: str, comment: str) -> str:
    return f"{text} {_comment(comment)}" if comment else text


def _without_leading_blank(comments: tuple[str, ...]) -> tuple[str, ...]:
    return comments[1:] if comments[:1] == (BLANK_LINE,) else comments
