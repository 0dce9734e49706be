"""The verdict for people: facts in words, and one self-contained page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenelang.trust.verifying import Verdict

LONGEST = 300  # characters of anything that a file says of itself


def known(verdict: Verdict) -> list[tuple[str, str]]:
    """(name, value) of what is known of the file. What comes from the file is cut to a decent length
    and has no control characters, so that it can be printed."""
    c, m, r = verdict.credential, verdict.mark, verdict.record
    rows: list[tuple[str, object]] = []
    if c.state != "none":
        rows += [
            ("credential", {"trusted": "holds, signer trusted", "valid": "holds, signer not trusted here",
                            "invalid": "doesn't hold"}[c.state]),
            ("signed by", c.signer),
            ("signed at", c.signed or "not time-stamped"),
            ("kind", c.source_type),
        ]  # fmt: skip
        rows += [
            (name, c.render.get(key))
            for name, key in (("film's ID", "id"), ("source (SHA-256)", "source_sha256"), ("model", "model"),
                              ("made", "made"), ("scenelang", "version"), ("policy (SHA-256)", "policy_sha256"))
        ]  # fmt: skip
        if c.scene is not None:
            rows.append(("source", f"{len(c.scene)} bytes travel inside; --scene FILE takes them out"))
    if m.found:
        turned = ", mirrored" if m.flip != (1, 1) else ""
        rows.append(
            ("mark", f"{verdict.id or 'found, unreadable'} (at {m.scale:.1%} of its size{turned})")
        )
        rows.append(("by chance", f"less than one in {_power(m.false_alarm)}"))
    else:
        rows.append(("mark", f"none found in {m.frames} frame{'s' * (m.frames != 1)}"))
    if r is not None:
        rows += [("the log here", f"“{r.title}”, model {r.model}, made {r.made}"),
                 ("its source (SHA-256)", r.source)]  # fmt: skip
    for s in verdict.stretches:
        rows.append((f"{s.start:.1f} s to {s.end:.1f} s", s.id or "no mark"))
    return [(name, printable(str(value))) for name, value in rows if value not in (None, "")]


def _power(chance: float) -> str:
    from math import floor, log10

    return f"10^{floor(-log10(chance))}" if 0 < chance < 1 else "10^300" if chance == 0 else "1"


def printable(text: str) -> str:
    text = "".join(c if c.isprintable() else "�" for c in text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def page(verdict: Verdict, file: str) -> str:
    """One HTML page that needs nothing else; all that comes from the file is escaped."""
    from importlib.resources import files

    from jinja2 import Environment, StrictUndefined

    text = files("scenelang.trust").joinpath("page.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    colour = {0: "#1d7a3a", 1: "#555", 3: "#a15c00"}.get(verdict.code, "#b3261e")
    return environment.from_string(text).render(
        file=printable(Path(file).name), verdict=verdict, known=known(verdict), colour=colour
    )
