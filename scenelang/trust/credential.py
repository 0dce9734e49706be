"""C2PA: what a film says of itself, signed; and what a reader finds in a file.

The library is a shared one written in Rust; it is imported when something is signed or verified.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from scenelang.runtime.errors import RenderError
from scenelang.runtime.output import atomic_path
from scenelang.trust.film_id import Record
from scenelang.trust.identity import Identity, SigningError
from scenelang.trust.xmp import SOURCE_TYPES

SUFFIXES = (".mp4", ".mov", ".gif", ".png", ".webp")
RENDER = "org.scenelang.render"
MARK = "org.scenelang.mark.1"  # the algorithm of the soft binding
SOURCE_TYPE = Literal[
    "trainedAlgorithmicMedia", "algorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
]
SCENE = "film.scene"  # the title of the source
MOST_FILES = 200
LARGEST = 64 << 20  # bytes of a manifest's parts that are looked at

# `verify_trust` stays on: without it, a file of any signer would look trusted.
_SETTINGS: dict[str, Any] = {
    "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}


@dataclass(frozen=True)
class Claim:
    """What is to be signed."""

    record: Record
    source_type: SOURCE_TYPE
    shots: list[dict[str, Any]]
    policy: str  # SHA-256 of the policy that the film was checked against; empty without one
    marked: bool  # whether the ID was read back from the frames
    scene: bytes  # the canonical text
    beside: tuple[tuple[str, bytes], ...] = ()  # (title, contents): imports, consents


State = Literal["trusted", "valid", "invalid", "none"]


@dataclass(frozen=True)
class Credential:
    """What a reader found. `why` are the codes of the failures."""

    state: State
    why: tuple[str, ...] = ()
    signer: str = ""
    signed: str = ""  # when, by the time-stamp authority; empty without one
    render: dict[str, Any] = field(default_factory=dict)
    mark: str = ""  # the ID that the soft binding promises
    source_type: str = ""
    scene: bytes | None = None
    files: dict[str, bytes] = field(default_factory=dict)  # by title, the film's text among them

    @property
    def intact(self) -> bool:
        return self.state in ("trusted", "valid")


def sign(path: Path, claim: Claim, identity: Identity, tsa: str | None = None) -> None:
    """Signs the file in place: to another name beside it first. Raises `RenderError`."""
    c2pa = _library()
    try:
        info = c2pa.C2paSignerInfo(
            identity.algorithm, identity.chain.encode(), identity.key.encode(), tsa or None
        )
        with (
            c2pa.Context.from_dict(_SETTINGS) as context,
            c2pa.Builder(_manifest(path, claim), context) as builder,
            c2pa.Signer.from_info(info) as signer,
            atomic_path(path) as part,
        ):
            _add_ingredients(builder, claim)
            builder.sign_file(path, part, signer)
    except c2pa.C2paError as error:
        hint = "is the time-stamp authority's address right, and is there a network?" if tsa else ""
        raise SigningError(f"the film can't be signed: {error}", hint) from error


def read(path: Path, roots: str) -> Credential:
    """What the file's credential says and whether it holds; `roots` (PEM) are trusted.

    Never raises for what is in a file: one that breaks the reader has no credential, or an invalid one.
    """
    c2pa = _library()
    settings = _SETTINGS | ({"trust": {"user_anchors": roots}} if roots.strip() else {})
    try:
        with c2pa.Context.from_dict(settings) as context, path.open("rb") as file:
            reader = c2pa.Reader.try_create(_mime(path), file, context=context)
            if reader is None:
                return Credential("none")
            with reader:
                return _told(reader)
    except c2pa.C2paError as error:
        # a file that is broken, or of a kind that holds none, has no credential unless one is in it
        return Credential("invalid", (str(error),)) if _holds_one(path) else Credential("none")


def _holds_one(path: Path) -> bool:
    """Whether there are traces of a manifest among the file's first bytes."""
    with path.open("rb") as file:
        return b"c2pa" in file.read(LARGEST)


def _told(reader: Any) -> Credential:
    document = json.loads(reader.json())
    state = {"Trusted": "trusted", "Valid": "valid"}.get(document.get("validation_state", ""), "invalid")
    active = (document.get("manifests") or {}).get(document.get("active_manifest") or "") or {}
    results = (document.get("validation_results") or {}).get("activeManifest") or {}
    why = tuple(
        dict.fromkeys(_text(f.get("code")) for f in results.get("failure") or [] if isinstance(f, dict))
    )
    render, mark, source_type = {}, "", ""
    for assertion in active.get("assertions") or []:
        label, data = _text(assertion.get("label")), assertion.get("data")
        if not isinstance(data, dict):
            continue
        if label == RENDER:
            render = data
        elif label.startswith("c2pa.soft-binding") and data.get("alg") == MARK:
            first = next(iter(_list(data.get("blocks"))), None)
            mark = _text(first.get("value")) if isinstance(first, dict) else ""
        elif label.startswith("c2pa.actions"):
            for action in _list(data.get("actions")):
                if isinstance(action, dict) and action.get("action") == "c2pa.created":
                    source_type = _text(action.get("digitalSourceType")).removeprefix(SOURCE_TYPES)
    signature = active.get("signature_info") or {}
    files = _files(reader, active)
    return Credential(
        state,  # type: ignore[arg-type]
        why,
        _text(signature.get("common_name") or signature.get("issuer")),
        _text(signature.get("time")),
        render,
        mark,
        source_type,
        files.get(SCENE),
        files,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _files(reader: Any, active: dict[str, Any]) -> dict[str, bytes]:
    """The film's text and what it imports, byte for byte, as they travel inside."""
    found: dict[str, bytes] = {}
    for ingredient in (active.get("ingredients") or [])[:MOST_FILES]:
        title, data = ingredient.get("title"), ingredient.get("data") or {}
        if isinstance(title, str) and isinstance(data.get("identifier"), str):
            held = BytesIO()
            try:
                reader.resource_to_stream(data["identifier"], held)
            except Exception:  # of the library's many; a credential without its source is still one
                continue
            if held.tell() <= LARGEST:
                found.setdefault(title, held.getvalue())
    return found


def _manifest(path: Path, claim: Claim) -> dict[str, Any]:
    record = claim.record
    agent = {"name": "scenelang", "version": record.version}
    created = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPES + claim.source_type,
        "softwareAgent": agent,
        **({"when": record.made} if record.made else {}),
    }
    render = {
        "id": record.id,
        "source_sha256": record.source,
        "model": record.model,
        "seeds": dict(record.seeds),
        "shots": claim.shots,
        "policy_sha256": claim.policy,
        "version": record.version,
        "made": record.made,
        "mark": MARK if claim.marked else None,
    }
    assertions: list[dict[str, Any]] = [
        {"label": "c2pa.actions.v2", "data": {"actions": [created]}, "created": True},
        {"label": RENDER, "data": render, "created": True},
    ]
    if claim.marked:
        binding = {"alg": MARK, "blocks": [{"scope": {}, "value": record.id}]}
        assertions.append({"label": "c2pa.soft-binding", "data": binding, "created": True})
    return {
        "claim_generator_info": [agent],
        "title": record.title or path.stem,
        "format": _mime(path),
        "assertions": assertions,
        "ingredients": [],
    }


def _add_ingredients(builder: Any, claim: Claim) -> None:
    held = [(SCENE, claim.scene), *claim.beside]
    for number, (title, data) in enumerate(held):
        name = f"ingredient-{number}.txt"
        builder.add_resource(name, BytesIO(data))
        ingredient = {
            "title": title,
            "format": "text/plain",
            "relationship": "inputTo",
            "data": {"format": "text/plain", "identifier": name},
        }
        builder.add_ingredient(json.dumps(ingredient), "text/plain", BytesIO(data))


def _mime(path: Path) -> str:
    return {
        ".mp4": "video/mp4", ".mov": "video/quicktime", ".gif": "image/gif", ".png": "image/png",
        ".webp": "image/webp", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    }.get(path.suffix.lower(), "application/octet-stream")  # fmt: skip


def _library() -> Any:
    try:
        import c2pa
    except ImportError as error:
        hint = "install it: pip install 'c2pa-python>=0.38,<0.39'"
        raise MissingLibrary("content credentials need the package c2pa-python", hint) from error
    return c2pa


class MissingLibrary(RenderError):
    """The library for content credentials isn't here."""
