"""Who signs: a certificate made here at first use, or the user's own.

The local one is a root that lives as long as its key and a leaf that signs; both private keys stay in
the user's configuration folder, readable by them alone. Such a root is trusted where it was made and
nowhere else: others can add `root.pem` to the roots that they trust.
"""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from scenelang.runtime.errors import RenderError
from scenelang.runtime.output import atomic_path, explained

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, KeyUsage

YEARS_ROOT, DAYS_LEAF = 10, 397
RENEW = timedelta(days=30)  # a leaf that ends sooner is made anew


class SigningError(RenderError):
    """A film can't be signed."""


@dataclass(frozen=True)
class Identity:
    """What C2PA signs with: a chain of certificates, leaf first, and the leaf's key, as PEM."""

    chain: str
    key: str
    algorithm: str = "es256"


def config_folder() -> Path:
    """Where the user's settings and keys of scenelang are."""
    named = os.environ.get("XDG_CONFIG_HOME", "")
    if os.path.isabs(named):
        return Path(named) / "scenelang"
    if sys.platform == "darwin":
        return Path.home() / "Library/Application Support/scenelang"
    if os.name == "nt":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData/Roaming") / "scenelang"
    return Path.home() / ".config/scenelang"


def local_roots(folder: Path | None = None) -> str:
    """The roots that are trusted here, as PEM: the local one and any in `trusted/`; may be empty."""
    folder = folder or config_folder()
    found = [folder / "root.pem"]
    try:
        found += sorted((folder / "trusted").glob("*.pem"))
        return "\n".join(p.read_text(encoding="ascii") for p in found if p.is_file())
    except (OSError, UnicodeDecodeError) as error:
        raise SigningError(f"the trusted roots in {folder} can't be read", str(error)) from error


def local_identity(folder: Path | None = None) -> Identity:
    """The local certificate, made if there is none or its leaf ends soon. Raises `SigningError`."""
    folder = folder or config_folder()
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signer = folder / "signer.pem"
    if signer.is_file():
        _only_ours(signer)
        key, mark, chain = signer.read_text().partition("-----BEGIN CERTIFICATE-----")
        if _lasts(mark + chain):
            return Identity(mark + chain, key)
    root, root_key = _root(folder)
    key, chain = _leaf(root, root_key)
    _write_secret(signer, key + chain)
    return Identity(chain, key)


def own_identity(certificate: Path, key: Path) -> Identity:
    """The user's own chain (leaf first) and private key, PEM files. Raises `SigningError`."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        chain, secret = certificate.read_bytes(), key.read_bytes()
    except OSError as error:
        raise SigningError(
            f"can't read {error.filename}: {error.strerror}", "name a PEM file"
        ) from error
    try:
        leaf = x509.load_pem_x509_certificates(chain)[0]
        loaded = load_pem_private_key(secret, None)
    except (ValueError, TypeError, IndexError) as error:
        hint = "both are PEM, the chain with the leaf first, the key without a password"
        raise SigningError(
            f"{certificate} and {key} are no certificate and key: {error}", hint
        ) from error
    if loaded.public_key() != leaf.public_key():
        raise SigningError(f"{key} is not the key of {certificate}", "name the leaf's own key")
    match loaded:
        case ec.EllipticCurvePrivateKey():
            algorithm = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}.get(
                loaded.curve.name, ""
            )
        case ed25519.Ed25519PrivateKey():
            algorithm = "ed25519"
        case rsa.RSAPrivateKey():
            algorithm = "ps256"
        case _:
            algorithm = ""
    if not algorithm:
        raise SigningError(
            f"C2PA signs with no key such as {key}", "use P-256, P-384, P-521, Ed25519 or RSA"
        )
    return Identity(chain.decode(), secret.decode(), algorithm)


def _only_ours(key: Path) -> None:
    """Refuses a key that others can read."""
    if os.name != "nt" and stat.S_IMODE(key.stat().st_mode) & 0o077:
        raise SigningError(f"others can read the private key {key}", f"chmod 600 {key}")


def _lasts(chain: str) -> bool:
    from cryptography import x509

    try:
        leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    except (ValueError, IndexError):
        return False
    return leaf.not_valid_after_utc > datetime.now(UTC) + RENEW


def _root(folder: Path) -> tuple[Certificate, EllipticCurvePrivateKey]:
    """The local root and its key, made at first use."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    file = folder / "root.key"
    if not file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder("scenelang local root", key, 365 * YEARS_ROOT)
        builder = builder.add_extension(x509.BasicConstraints(True, 0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        made = builder.sign(key, hashes.SHA256())
        # where two processes make one at the same time, the first one's counts for both
        _write_secret(file, _pem(key) + _pem(made), replace=False)
    try:
        _only_ours(file)
        data = file.read_bytes()
        root = x509.load_pem_x509_certificate(data)
        loaded = load_pem_private_key(data, None)
    except (ValueError, OSError) as error:
        hint = f"move {file} away, and a new root is made"
        raise SigningError(f"the local root can't be read: {error}", hint) from error
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise SigningError(f"{file} holds no key of ours", "move it away, and a new root is made")
    public = folder / "root.pem"
    if not public.is_file() or public.read_text(errors="replace") != _pem(root):
        with atomic_path(public) as part:
            part.write_text(_pem(root))
    return root, loaded


def _leaf(root: Certificate, root_key: EllipticCurvePrivateKey) -> tuple[str, str]:
    """A new signing key and its chain, as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    # C2PA refuses a leaf without a purpose; of those it knows this is the one for signed documents
    purpose = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = (
        _builder("scenelang local signer", key, DAYS_LEAF, root)
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(purpose, critical=False)
        .add_extension(issuer, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    return _pem(key), _pem(leaf) + _pem(root)


def _builder(
    name: str, key: EllipticCurvePrivateKey, days: int, issuer: Certificate | None = None
) -> CertificateBuilder:
    from cryptography import x509

    names = [
        x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name),
        x509.NameAttribute(x509.oid.NameOID.ORGANIZATION_NAME, "scenelang on this machine"),
    ]
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(issuer.subject if issuer else x509.Name(names))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(signs_certificates: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(thing: EllipticCurvePrivateKey | Certificate) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization as s

    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(s.Encoding.PEM).decode()
    return thing.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption()).decode()


def _write_secret(path: Path, text: str, replace: bool = True) -> None:
    """Whole or not at all, and its user's alone from its first byte on."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with explained(path):
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                os.replace(part, path)
            else:
                with suppress(FileExistsError):
                    os.link(part, path)
        finally:
            part.unlink(missing_ok=True)
