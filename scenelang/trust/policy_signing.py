"""A policy of one's own: signed with the local key, so that nobody else's file loosens the rules.

`FILE.sig` beside it holds the certificate chain and the signature. A policy, or a file that a film names as
`consent`, may list consents:

    [[consents]]
    character = "mara"            # as the film names her
    name = "Mara Lind"
    scope = "this film"
    expires = 2027-01-31
    statement = "mara-consent.pdf"
    sha256 = "…"

Scenelang checks that the statement is the file that was signed for and that it hasn't expired; it
can't verify who signed the statement, or that they agreed.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scenelang.compiler.scope import project_folder
from scenelang.runtime.output import atomic_path
from scenelang.trust.identity import config_folder, local_identity
from scenelang.trust.policy import LONGEST_POLICY, Policy, PolicyError, bundled, overridden, parsed
from scenelang.trust.policy_film import shown

if TYPE_CHECKING:
    from scenelang.compiler.pipeline import Analysis

LONGEST_STATEMENT = 16 << 20  # bytes


@dataclass(frozen=True)
class Consent:
    """A statement that a real person agreed to be shown as a member of the cast."""

    character: str
    name: str
    statement: bytes
    file: str


@dataclass(frozen=True)
class Rules:
    """The policy that holds for a render, and the consents that came with it."""

    policy: Policy
    consents: tuple[Consent, ...] = ()

    @property
    def agreed(self) -> frozenset[str]:
        return frozenset(c.character for c in self.consents)

    @property
    def statements(self) -> tuple[tuple[str, bytes], ...]:
        """(name, contents) of what was agreed to, to travel in the credential; each by whose it is, since files of
        several people may be called alike."""
        return tuple((f"consents/{c.character}/{c.file}", c.statement) for c in self.consents)


def signature_of(policy: Path) -> Path:
    return policy.with_name(policy.name + ".sig")


def sign_policy(path: Path) -> Path:
    """Signs a policy with the local key and returns the signature's file. Raises `RenderError`."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path, LONGEST_POLICY)
    overridden(bundled(), data, path.name)  # what isn't allowed isn't signed
    _consents(data, path)
    identity = local_identity()
    key = load_pem_private_key(identity.key.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PolicyError("the local key is of another kind", f"see {config_folder()}")
    made = key.sign(data, ec.ECDSA(hashes.SHA256()))
    with atomic_path(signature_of(path)) as part:
        part.write_text(json.dumps({"chain": identity.chain, "signature": b64encode(made).decode()}))
    return signature_of(path)


def load_rules(path: Path | None) -> Rules:
    """The bundled policy, or it with a signed local one over it. Raises `PolicyError`."""
    if path is None:
        return Rules(bundled())
    data = _read(path, LONGEST_POLICY)
    _check(path, data)
    return Rules(overridden(bundled(), data, path.name), _consents(data, path))


def with_consents(rules: Rules, analysis: Analysis) -> Rules:
    """The rules with the consents that the film names of those it shows. Raises `PolicyError`."""
    found: list[Consent] = []
    here = shown(analysis)
    for subject in analysis.resolved.subjects.values():
        if not subject.consent or subject.name not in here:
            continue
        path = project_folder(Path(subject.span.file or "film.scene")) / subject.consent
        data = _read(path, LONGEST_POLICY)
        _check(path, data)
        theirs = [c for c in _consents(data, path) if c.character == subject.name]
        if not theirs:
            raise PolicyError(
                f"{path} holds no consent for `{subject.name}`",
                f'it is a table [[consents]] with character = "{subject.name}"',
            )
        found += theirs
    return replace(rules, consents=tuple(dict.fromkeys((*rules.consents, *found))))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise PolicyError(f"can't read {path}: {error.strerror}", "name a file that is there") from error
    if len(data) > most:
        raise PolicyError(f"{path} is longer than {most} bytes")
    return data


def _check(path: Path, data: bytes) -> None:
    """Raises where the signature isn't one of a certificate of this machine: to trust somebody's films is not yet
    to take their rules."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    how = f"sign it: scenelang policy sign {path}"
    signature = signature_of(path)
    if not signature.is_file():
        raise PolicyError(f"{path} isn't signed", how)
    try:
        held = json.loads(_read(signature, 1 << 16))
        leaf = x509.load_pem_x509_certificates(held["chain"].encode())[0]
        made = b64decode(held["signature"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise PolicyError(f"the signature {signature} can't be read", how) from error
    public = leaf.public_key()
    try:
        root = x509.load_pem_x509_certificate((config_folder() / "root.pem").read_bytes())
        leaf.verify_directly_issued_by(root)
        if not leaf.not_valid_before_utc <= datetime.now(UTC) <= leaf.not_valid_after_utc:
            raise ValueError("the certificate has expired")
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise TypeError("the local key is of another kind")
    except (OSError, ValueError, TypeError, InvalidSignature) as error:
        raise PolicyError(f"{path} isn't signed with this machine's key, or no longer", how) from error
    try:
        public.verify(made, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise PolicyError(f"{path} was changed after it was signed", how) from error


def _consents(data: bytes, path: Path) -> tuple[Consent, ...]:
    found = []
    listed = parsed(data, path.name).get("consents", [])
    if not isinstance(listed, list):
        raise PolicyError(f"{path}: `consents` is no list of tables", "begin each with [[consents]]")
    for held in listed:
        try:
            character, name, file = str(held["character"]), str(held["name"]), str(held["statement"])
            expires, digest = held["expires"], str(held["sha256"])
            scope = str(held["scope"])
        except (KeyError, TypeError) as error:
            raise PolicyError(
                f"{path}: a consent lacks {error}",
                "it has character, name, scope, expires (a date), statement (a file), sha256",
            ) from error
        if not isinstance(expires, date) or not scope:
            raise PolicyError(
                f"{path}: the consent for `{character}` needs a scope and a date as `expires`"
            )
        if (expires.date() if isinstance(expires, datetime) else expires) < datetime.now(UTC).date():
            raise PolicyError(f"{path}: the consent of {name} expired on {expires}", "ask again")
        statement = path.parent / file
        if Path(file).is_absolute() or not statement.resolve().is_relative_to(path.parent.resolve()):
            raise PolicyError(f"{path}: the statement {file} lies outside the policy's folder")
        content = _read(statement, LONGEST_STATEMENT)
        if hashlib.sha256(content).hexdigest() != digest.lower():
            raise PolicyError(
                f"{statement} is not the statement that was agreed to", "its sha256 differs"
            )
        found.append(Consent(character, name, content, Path(file).name))
    return tuple(found)
