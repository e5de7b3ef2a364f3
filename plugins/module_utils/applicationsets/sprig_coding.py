# Copyright (c) 2026 Tiphys contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sprig's functions for formats, checksums, paths, patterns and versions, and those that Argo CD adds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import posixpath
import re
import zlib
from typing import Any
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from . import gojson, goyaml, regular
from .functions import Library
from .semver import Constraints, version
from .sprig_text import lower
from .values import NilList, Strings, TemplateError, UnsupportedError, decode, encode, is_list, is_map, kind_name

CODING = Library()


def sanitize(name: str) -> str:
    """Make a DNS name of a text (SanitizeName in applicationset/utils/template_functions.go)."""
    return re.sub("[^-a-z0-9.]", "-", lower(name))[:253].strip("-.")


CODING.add("normalize", "s")(sanitize)


@CODING.add("slugify", "*a")
def _slugify(*given: Any) -> str:
    """``slugify [length [smart]] name``; a length cuts at a dash unless ``smart`` is false."""
    if not given or not isinstance(given[-1], str):
        if not given:
            return ""
        raise TemplateError("error calling slugify: the last argument is no text")
    size: Any = given[0] if len(given) > 1 else 50
    smart: Any = given[1] if len(given) > 2 else True
    if size.__class__ is not int or not isinstance(smart, bool) or size < 0:
        raise TemplateError("error calling slugify: arguments are a length, true or false, and a text")
    slug = sanitize(given[-1])
    if not smart and len(slug) >= size:
        slug = slug[:size]
    slug = re.sub("-+", "-", re.sub("[^a-zA-Z0-9_-]", "-", slug)).strip("-_")
    if not smart or size == 0 or len(slug) <= size:
        return slug
    dash = slug.rfind("-", 0, size + 1)
    return slug[:dash] if dash >= 0 else slug[:size]


CODING.add("toYaml", "a")(goyaml.dumps)


@CODING.add("fromYaml", "s")
def _from_yaml(text: str) -> dict[str, Any]:
    value = goyaml.loads(text)
    if value is not None and not is_map(value):
        raise TemplateError(
            "error calling fromYaml: json: cannot unmarshal into Go value of type map[string]interface {}"
        )
    return value or {}


@CODING.add("fromYamlArray", "s")
def _from_yaml_array(text: str) -> list[Any]:
    value = goyaml.loads(text)
    if value is not None and not is_list(value):
        raise TemplateError("error calling fromYamlArray: json: cannot unmarshal into Go value of type []interface {}")
    return value or []


CODING.add("toJson mustToJson", "a")(gojson.dumps)
CODING.add("toPrettyJson mustToPrettyJson", "a")(lambda value: gojson.dumps(value, indent="  "))
CODING.add("toRawJson mustToRawJson", "a")(lambda value: gojson.dumps(value, html=False))
CODING.add("mustFromJson", "s")(gojson.loads)


@CODING.add("fromJson", "s")
def _from_json(text: str) -> Any:
    try:
        return gojson.loads(text)
    except TemplateError:
        return None


CODING.add("b64enc", "s")(lambda text: base64.b64encode(encode(text)).decode())
CODING.add("b32enc", "s")(lambda text: base64.b32encode(encode(text)).decode())


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ALPHABETS = {64: f"{_LETTERS}{_LETTERS.lower()}0123456789+/=\r\n", 32: f"{_LETTERS}234567=\r\n"}


def _decoded(text: str, base: int) -> str:
    raw = re.sub(r"[\r\n]", "", text)
    try:
        return decode(base64.b64decode(raw, validate=True) if base == 64 else base64.b32decode(raw))
    except (binascii.Error, ValueError):
        for position, char in enumerate(text):
            if char not in _ALPHABETS[base]:
                return f"illegal base{base} data at input byte {len(encode(text[:position]))}"
        raise UnsupportedError(f"the function b{base}dec with broken base{base} is not known here") from None


CODING.add("b64dec", "s")(lambda text: _decoded(text, 64))
CODING.add("b32dec", "s")(lambda text: _decoded(text, 32))
CODING.add("sha1sum", "s")(lambda text: hashlib.sha1(encode(text)).hexdigest())  # noqa: S324  # what the template asks
CODING.add("sha256sum", "s")(lambda text: hashlib.sha256(encode(text)).hexdigest())
CODING.add("sha512sum", "s")(lambda text: hashlib.sha512(encode(text)).hexdigest())
CODING.add("adler32sum", "s")(lambda text: str(zlib.adler32(encode(text))))


@CODING.add("fail", "s")
def _fail(message: str) -> str:
    raise TemplateError(f"error calling fail: {message}")


def base_name(path: str) -> str:
    """Give the last part of a path (path.Base)."""
    return path.rstrip("/").rpartition("/")[2] or ("/" if path else ".")


def clean(path: str) -> str:
    cleaned = posixpath.normpath(path) if path else "."
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def folder(path: str) -> str:
    """Give all but the last part of a path (path.Dir)."""
    return clean(path[: path.rfind("/") + 1])


def _extension(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


CODING.add("base osBase", "s")(base_name)
CODING.add("dir osDir", "s")(folder)
CODING.add("clean osClean", "s")(clean)
CODING.add("ext osExt", "s")(_extension)
CODING.add("isAbs osIsAbs", "s")(lambda path: path.startswith("/"))

CODING.add("mustRegexMatch", "ss")(lambda pattern, text: regular.compiled(pattern).search(text) is not None)
CODING.add("regexQuoteMeta", "s")(lambda text: re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", text))


@CODING.add("regexMatch", "ss")
def _regex_match(pattern: str, text: str) -> bool:
    try:
        return regular.compiled(pattern).search(text) is not None
    except TemplateError:
        return False


@CODING.add("regexFind mustRegexFind", "ss")
def _regex_find(pattern: str, text: str) -> str:
    found = regular.compiled(pattern).search(text)
    return found.group() if found else ""


@CODING.add("regexFindAll mustRegexFindAll", "ssi")
def _regex_find_all(pattern: str, text: str, count: int) -> list[str]:
    found = [each.group() for each in regular.matches(regular.compiled(pattern), text, count)]
    return Strings(found) if found else NilList()


@CODING.add("regexReplaceAll mustRegexReplaceAll", "sss")
def _regex_replace(pattern: str, text: str, replacement: str) -> str:
    return regular.replace(pattern, text, replacement, literal=False)


@CODING.add("regexReplaceAllLiteral mustRegexReplaceAllLiteral", "sss")
def _regex_replace_literal(pattern: str, text: str, replacement: str) -> str:
    return regular.replace(pattern, text, replacement, literal=True)


@CODING.add("regexSplit mustRegexSplit", "ssi")
def _regex_split(pattern: str, text: str, count: int) -> Strings:
    return Strings(regular.split(pattern, text, count))


CODING.add("semver", "s")(version)
CODING.add("semverCompare", "ss")(lambda asked, text: Constraints(asked).check(version(text)))


@CODING.add("urlParse", "s")
def _url_parse(text: str) -> dict[str, Any]:
    if not re.fullmatch(
        r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._~:@\[\]-]*(/[A-Za-z0-9._~/-]*)?(\?[^#\s]*)?(#[A-Za-z0-9._~/-]*)?", text
    ):
        raise UnsupportedError(f"the function urlParse with {text!r} is not known here")
    parts = urlsplit(text)
    user, sep, host = parts.netloc.rpartition("@")
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    return {
        "scheme": parts.scheme,
        "host": host,
        "hostname": name,
        "path": parts.path,
        "query": parts.query,
        "opaque": "",
        "fragment": parts.fragment,
        "userinfo": user if sep else "",
    }


@CODING.add("urlJoin", "d")
def _url_join(parts: dict[str, Any]) -> str:
    for key in ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo"):
        if not isinstance(parts.get(key, ""), str):
            raise TemplateError(
                f"error calling urlJoin: unable to parse {key} key, must be of type string, "
                f"but {kind_name(parts[key])} found"
            )
    if parts.get("opaque") or not re.fullmatch("[A-Za-z0-9._~:-]*", parts.get("userinfo", "")) or not parts.get("host"):
        raise UnsupportedError("the function urlJoin without a host or with special characters is not known here")
    scheme, path = str(parts.get("scheme", "")), str(parts.get("path", ""))
    text = (scheme + ":" if scheme else "") + "//" + (parts["userinfo"] + "@" if parts.get("userinfo") else "")
    text += str(parts["host"]) + ("/" if path and not path.startswith("/") else "") + percent(path, safe="/$&+,:;=@~")
    text += f"?{parts['query']}" if parts.get("query") else ""
    return text + (f"#{percent(parts['fragment'], safe='/$&+,:;=@?~!()*')}" if parts.get("fragment") else "")


UNKNOWN = (
    "ago date date_in_zone date_modify dateInZone dateModify duration durationRound htmlDate htmlDateInZone "
    "must_date_modify mustDateModify mustToDate now toDate unixEpoch randAlphaNum randAlpha randAscii randNumeric "
    "randBytes randInt shuffle bcrypt htpasswd genPrivateKey derivePassword buildCustomCert genCA genCAWithKey "
    "genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey encryptAES decryptAES uuidv4"
).split()
"""What Argo CD's templates may call and is refused here: it asks the clock or chance, or is too rare."""


def _unknown(name: str) -> None:
    @CODING.add(name, "*v")
    def refuse(*_given: Any) -> Any:
        raise UnsupportedError(f"the preview does not know the function {name}")


for _name in UNKNOWN:
    _unknown(_name)
