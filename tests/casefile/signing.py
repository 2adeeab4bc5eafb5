"""Signs a picture with Content Credentials, with a certificate made on the spot."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest

MANIFEST = {
    "claim_generator_info": [{"name": "test camera", "version": "1"}],
    "title": "a.jpg",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/"
                        "digitalCapture",
                    }
                ]
            },
        }
    ],
}


def sign(picture: bytes, *, remote_url: str | None = None) -> bytes:
    """Return a JPEG with a signed manifest, or with the address of one.

    Args:
        picture: A JPEG.
        remote_url: Where the manifest would be; it is then not in the file.
    """
    c2pa: Any = pytest.importorskip("c2pa", reason="needs the extra c2pa")
    certificates, key = _certificates()
    builder = c2pa.Builder(MANIFEST)
    if remote_url is not None:
        builder.set_no_embed()
        builder.set_remote_url(remote_url)
    signed = io.BytesIO()
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", certificates, key, None))
    builder.sign(signer, "image/jpeg", io.BytesIO(picture), signed)
    return signed.getvalue()


def _certificates() -> tuple[bytes, bytes]:
    """Return a chain of two certificates and the key of the first, PEM (C2PA 2.1, 14.5)."""
    pytest.importorskip("cryptography", reason="comes with the extra c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def named(name: str) -> x509.Name:
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Press")
        return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])

    def usage(*, is_authority: bool) -> x509.KeyUsage:
        return x509.KeyUsage(
            digital_signature=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=is_authority,
            crl_sign=is_authority,
            encipher_only=False,
            decipher_only=False,
        )

    def certificate(
        name: str, key: ec.EllipticCurvePrivateKey, *, is_authority: bool
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("Authority"))
            .public_key(key.public_key())
            .serial_number(1 + is_authority)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(usage(is_authority=is_authority), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
        )

    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    authority = certificate("Authority", authority_key, is_authority=True)
    holder = (
        certificate("Holder", key, is_authority=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
        )
    )
    chain = [one.sign(authority_key, hashes.SHA256()) for one in (holder, authority)]
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain), private
