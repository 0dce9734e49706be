"""Was this made by scenelang, from which source, and was it changed since?

A verdict follows from two witnesses: the signed credential, which any change to the file breaks
and any program can drop, and the invisible mark, which stays in the picture and anybody could
copy. Neither can say that a film is real: where both are silent, there is no evidence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scenelang.trust.credential import Credential, read
from scenelang.trust.film_id import FilmLog, Record
from scenelang.trust.footage import FootageError, all_frames, kind_of, sampled_frames
from scenelang.trust.identity import local_roots
from scenelang.trust.mark_reading import Gathered, Mark, read_gathered
from scenelang.trust.mark_reading import read as read_mark
from scenelang.trust.page import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = "scenelang.verify/1"
WINDOW = 2.0  # seconds that are looked at together by a deep look

Name = Literal["unchanged", "unknown-signer", "changed", "changed-mark-lost", "stripped", "suspicious",
               "no-evidence"]  # fmt: skip

EXIT: dict[Name, int] = {
    "unchanged": 0, "no-evidence": 1, "unknown-signer": 3, "changed": 4, "changed-mark-lost": 4, "stripped": 5,
    "suspicious": 6,
}  # fmt: skip

SENTENCES: dict[Name, str] = {
    "unchanged": "made by scenelang and unchanged since",
    "unknown-signer": "intact since it was signed, but nobody who is trusted here signed it",
    "changed": "made by scenelang and changed since",
    "changed-mark-lost": "changed since it was signed, and its invisible mark is lost",
    "stripped": "made by scenelang; its credential was stripped, or it was encoded again",
    "suspicious": "credential and picture don't belong together",
    "no-evidence": "no evidence that scenelang made it, which doesn't mean that it is real",
}


@dataclass(frozen=True)
class Stretch:
    """Seconds of a film and what their mark says: an ID, `other`, or nothing."""

    start: float
    end: float
    id: str
    score: float


@dataclass(frozen=True)
class Verdict:
    name: Name
    why: str
    credential: Credential
    mark: Mark
    id: str  # of the mark, as far as it could be read
    record: Record | None  # the film of this ID in the log here
    source: bool | None  # whether --source is the film's; None where it wasn't asked or can't be told
    stretches: tuple[Stretch, ...] = ()

    @property
    def code(self) -> int:
        return EXIT[self.name]

    @property
    def sentence(self) -> str:
        return SENTENCES[self.name]


def verify(
    path: Path,
    *,
    source: str = "",
    deep: bool = False,
    log: FilmLog | None = None,
    progress: Callable[[float], None] = lambda seconds: None,
) -> Verdict:
    """Looks at a film or picture; `source` is the SHA-256 of a canonical text to compare with.

    Raises `FootageError` for what can't be looked at: it is no film, or is damaged.
    """
    log = log or FilmLog()
    kind_of(path)  # refuses what is no film before anything else reads it
    credential = read(path, local_roots())
    named = _named(credential, source, log)
    try:
        mark = read_mark((f.luma for f in sampled_frames(path)), named)
        stretches = tuple(_stretches(path, named, progress)) if deep else ()
    except FootageError:
        if credential.state == "none":
            raise
        mark, stretches = read_mark([]), ()
    if not mark.frames and credential.state == "none":
        raise FootageError(f"{path} has no picture that can be read", "it is damaged, or not a film")
    id = mark.payload.hex() if mark.payload else ""
    record = log.find(id) if id else None
    name, why = _judged(credential, mark, id, stretches)
    told = credential.render.get("source_sha256") if credential.state != "none" else None
    if not isinstance(told, str):
        told = record.source if record else None
    same = None if not source or told is None else told == source
    return Verdict(name, why, credential, mark, id, record, same, stretches)


def _named(credential: Credential, source: str, log: FilmLog) -> list[bytes]:
    """IDs that the mark could well be: the credential's, and those of films of this source."""
    made = [r.id for r in log.latest() if r.source == source] if source else []
    found = []
    for id in dict.fromkeys([credential.mark, *made][:8]):
        try:
            payload = bytes.fromhex(id)
        except ValueError:
            continue
        if len(payload) == 8:
            found.append(payload)
    return found


def _judged(
    credential: Credential, mark: Mark, id: str, stretches: Iterable[Stretch]
) -> tuple[Name, str]:
    promised, ours = credential.mark, bool(credential.render)
    if credential.state == "none":
        if not mark.found:
            return "no-evidence", "there is neither a credential nor a mark"
        return "stripped", "there is no credential, but the picture bears a mark"
    if credential.state == "invalid":
        what = ", ".join(_words(w) for w in credential.why) or "the credential doesn't hold"
        if mark.found and promised and id and id != promised:
            return "suspicious", f"{what}; and the picture bears the mark of another film"
        return ("changed" if mark.found else "changed-mark-lost"), what
    if mark.found and id and promised and id != promised:
        return "suspicious", "the credential is of another film than the mark"
    if mark.found and id and not promised:
        return "suspicious", "the picture bears a mark that the credential doesn't know of"
    if promised and mark.found and not id:
        return "suspicious", "the picture bears a mark that isn't the promised one"
    if promised and not mark.found:
        return "suspicious", "the credential promises a mark that the picture doesn't have"
    strange = [s for s in stretches if s.id and promised and s.id != promised]
    if strange:
        s = strange[0]
        return "suspicious", f"from {s.start:.1f} s to {s.end:.1f} s it bears the mark of another film"
    if not ours:
        return "unknown-signer", "the credential holds, but another program than scenelang made it"
    if credential.state == "valid":
        return (
            "unknown-signer",
            "the credential holds, and no root that is trusted here stands behind its signer",
        )
    agrees = "the mark agrees" if promised else "no mark was promised: the picture can't carry one"
    return "unchanged", f"the credential holds, its signer is trusted, and {agrees}"


_FAILURES = {
    "assertion.bmffHash.mismatch": "the film's bytes differ from those that were signed",
    "assertion.dataHash.mismatch": "the picture's bytes differ from those that were signed",
    "assertion.hashedURI.mismatch": "a statement of the credential was changed",
    "claimSignature.mismatch": "the signature doesn't belong to the credential",
    "claimSignature.missing": "the signature is missing",
    "signingCredential.expired": "the certificate had expired",
    "signingCredential.invalid": "the certificate isn't one for C2PA",
    "signingCredential.untrusted": "the signer isn't trusted here",
}


def _words(code: str) -> str:
    # what the library says of a broken credential may quote the file
    return _FAILURES.get(code, f"the credential doesn't hold ({printable(code)[:120]})")


def _stretches(path: Path, named: list[bytes], progress: Callable[[float], None]) -> Iterable[Stretch]:
    """The whole film, two seconds at a time."""
    held, start, last = Gathered(), 0.0, 0.0
    for frame in all_frames(path):
        if held.frames and frame.time - start >= WINDOW:
            yield _stretch(held, start, frame.time, named)
            held, start = Gathered(), frame.time
            progress(start)
        held.add(frame.luma)
        last = frame.time
    if held.frames:
        yield _stretch(held, start, last, named)


def _stretch(held: Gathered, start: float, end: float, named: list[bytes]) -> Stretch:
    mark = read_gathered(held, named)
    return Stretch(start, end, mark.payload.hex() if mark.payload else "", round(mark.score, 2))


def to_json(verdict: Verdict, file: str) -> dict[str, Any]:
    """One document for programs."""
    c, m, r = verdict.credential, verdict.mark, verdict.record
    return {
        "schema": SCHEMA,
        "file": file,
        "verdict": verdict.name,
        "sentence": verdict.sentence,
        "why": verdict.why,
        "exit": verdict.code,
        "credential": {
            "state": c.state, "failures": list(c.why), "signer": c.signer, "signed": c.signed or None,
            "source_type": c.source_type or None, "render": c.render or None, "promised_id": c.mark or None,
            "has_source": c.scene is not None,
        },
        "mark": {
            "found": m.found, "id": verdict.id or None, "score": round(m.score, 2),
            "score_read": round(m.score_read, 2), "false_alarm": m.false_alarm if m.found else None,
            "scale": round(m.scale, 4) if m.found else None, "mirrored": m.flip != (1, 1) if m.found else None,
            "frames": m.frames,
        },
        "film": None if r is None else {
            "id": r.id, "title": r.title, "source_sha256": r.source, "model": r.model, "made": r.made,
            "version": r.version,
        },
        "same_source": verdict.source,
        "stretches": [
            {"start": round(s.start, 3), "end": round(s.end, 3), "id": s.id or None, "score": s.score}
            for s in verdict.stretches
        ],
    }  # fmt: skip
