"""Keys, certificates, tokens and kubeconfigs of one control plane."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .ports import HOST

_Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Credentials:
    """The folder of the files that `create` lists; `token` and client.crt both are a member of system:masters."""

    folder: Path
    token: str


def create(folder: Path, address: str = HOST) -> Credentials:
    """Write ca.crt, server.{crt,key}, client.{crt,key}, accounts.{key,pub} (signs service accounts) and tokens.csv.

    The server's certificate is for localhost and `address`, an IP address or a name.
    """
    folder.mkdir(mode=0o700)
    token = secrets.token_urlsafe(32)
    authority, key = _key(), _key()
    name = _name("controlplane")
    certificate = _certificate(name, name, authority, authority, signs=True)
    (folder / "ca.crt").write_bytes(_pem(certificate.sign(authority, hashes.SHA256())))
    certificate = _certificate(_name("kube-apiserver"), name, key, authority, signs=False)
    addresses = x509.SubjectAlternativeName([x509.DNSName("localhost"), _general(address)])
    certificate = certificate.add_extension(addresses, critical=False)
    _pair(folder / "server", key, certificate, ExtendedKeyUsageOID.SERVER_AUTH, authority)
    key = _key()
    certificate = _certificate(_name("admin", "system:masters"), name, key, authority, signs=False)
    _pair(folder / "client", key, certificate, ExtendedKeyUsageOID.CLIENT_AUTH, authority)
    accounts = _key()
    _private(folder / "accounts.key", _key_pem(accounts))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / "accounts.pub").write_bytes(accounts.public_key().public_bytes(serialization.Encoding.PEM, public))
    _private(folder / "tokens.csv", f'{token},admin,admin,"system:masters"\n'.encode())
    return Credentials(folder, token)


def write_kubeconfig(file: Path, host: str, ca: Path, token: str) -> None:
    """A kubeconfig (mode 0600) with one context, `controlplane`, whose user has the token."""
    _private(
        file,
        f"""\
apiVersion: v1
kind: Config
clusters:
- name: controlplane
  cluster:
    server: {host}
    certificate-authority-data: {base64.b64encode(ca.read_bytes()).decode()}
users:
- name: admin
  user:
    token: {token}
contexts:
- name: controlplane
  context: {{cluster: controlplane, user: admin}}
current-context: controlplane
""".encode(),
    )


def _pair(
    base: Path, key: _Key, certificate: x509.CertificateBuilder, purpose: x509.ObjectIdentifier, authority: _Key
) -> None:
    certificate = certificate.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    base.with_suffix(".crt").write_bytes(_pem(certificate.sign(authority, hashes.SHA256())))
    _private(base.with_suffix(".key"), _key_pem(key))


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: _Key, authority: _Key, *, signs: bool
) -> x509.CertificateBuilder:
    """With all that Python 3.13 asks of a chain (VERIFY_X509_STRICT)."""
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=365))
    usage = x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False)
    known = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=signs, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(known, critical=False)
    )


def _general(address: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _name(common: str, organisation: str | None = None) -> x509.Name:
    group = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name([*group, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key() -> _Key:
    return ec.generate_private_key(ec.SECP256R1())


def _key_pem(key: _Key) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def _private(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
