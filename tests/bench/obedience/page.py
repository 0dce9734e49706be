"""The run as one page with pictures: each film with its animatic, its take, its floor, and what is wrong."""

from __future__ import annotations

import base64
from pathlib import Path

from bench.obedience.films import Film, groups
from bench.obedience.scores import Score
from jinja2 import Environment

TEMPLATE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Obedience</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 1280px; padding: 0 1rem; color: #222; background: #fafafa }
table { border-collapse: collapse } td, th { padding: .2rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd }
img { width: 100%; max-width: 380px; display: block } .wrong { color: #a11 } .right { color: #161 } h2 { margin-top: 2.5rem }
details pre { font-size: 12px; background: #eee; padding: .6rem; overflow: auto }
</style>
<h1>Obedience</h1>
<p>From left to right: {{ names | join(", ") }}. First, middle and last frame.</p>
{% for group in shown %}
<h2 id="{{ group.name }}">{{ group.name }}</h2><p>{{ group.about }}</p>
<table><tr><th>film</th>{% for name in names %}<th>{{ name }}</th>{% endfor %}</tr>
{% for film in group.films if film.path in rows %}
<tr><td>{{ film.name }}<details><summary>text</summary><pre>{{ film.text }}</pre></details></td>
{% for cell in rows[film.path] %}<td><img src="data:image/jpeg;base64,{{ cell.picture }}" alt="{{ film.name }}">
{% if cell.score.everything %}<span class="right">all right</span>{% else %}<span class="wrong">{{ cell.score.wrong | join(", ") }}</span>{% endif %}</td>{% endfor %}
</tr>{% endfor %}</table>
{% endfor %}
</html>
"""


def write_page(path: Path, sets: dict[str, list[Score]], folders: dict[str, Path]) -> None:
    index = {name: {(s.group, s.film): s for s in scores} for name, scores in sets.items()}
    shown = [g for g in groups() if any(s.group == g.name for s in next(iter(sets.values())))]
    rows = {
        film.path: [
            {"picture": _picture(folders[name], film), "score": index[name][film.group, film.name]} for name in sets
        ]
        for group in shown for film in group.films if all((film.group, film.name) in scores for scores in index.values())
    }  # fmt: skip
    page = Environment(autoescape=True).from_string(TEMPLATE)
    path.write_text(page.render(shown=shown, names=[*sets], rows=rows), encoding="utf-8")


def _picture(folder: Path, film: Film) -> str:
    return base64.b64encode((folder / f"{film.path}.jpg").read_bytes()).decode()
