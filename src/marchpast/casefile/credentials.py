"""Content Credentials (C2PA): what a file's signed manifests say, read without any network.

Needs the extra `c2pa`. Fetching manifests and revocation lists from other computers is turned
off: looking at a file must not tell its publisher who is looking. No list of trusted signers is
configured either, so a signature that holds shows that the file has not changed since somebody
signed it, not that the signer is who the certificate says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import JsonValue

from marchpast.report import storable

_SETTINGS: Final = {
    "verify": {
        "remote_manifest_fetch": False,
        "ocsp_fetch": False,
        "verify_trust": False,
        "verify_timestamp_trust": False,
    }
}
_NOT_INSTALLED: Final = "not read: install marchpast[c2pa]"
_HOLDS: Final = (
    "the signature holds: what it covers of the file is as it was signed; who signed was not "
    "checked against a list of trusted signers"
)
_BROKEN: Final = "the signature does not hold, or the file was changed after it was signed"
_TEXT_LIMIT: Final = 500

State = Literal["none", "valid", "invalid", "remote", "unreadable", "not read"]


def read_credentials(path: Path, *, with_manifests: bool = False) -> dict[str, JsonValue]:
    """Return what the Content Credentials of a file say.

    Args:
        path: A picture or a video.
        with_manifests: Also give all manifests as they are; they may hold names and places.

    Returns:
        `state` (`none`, `valid`, `invalid`, `remote`: named but kept elsewhere, `unreadable`,
        `not read`: the package is not installed) and `meaning`, one sentence; where there are
        manifests also `signed_by`, `signed_at`, `made_with`, `actions`, `sources_of_media`,
        `problems`.

    Raises:
        OSError: If the file cannot be opened.
    """
    try:
        import c2pa
    except ModuleNotFoundError:
        return _stated("not read", _NOT_INSTALLED)
    with path.open("rb") as stream:
        context = c2pa.Context.from_dict(_SETTINGS)
        try:
            reader = c2pa.Reader.try_create(stream, context=context)
        except c2pa.C2paError as error:
            return _refused(str(error))
        finally:
            context.close()
        if reader is None:
            return _stated("none", "the file has no Content Credentials; most files have none")
        with reader:
            try:
                store = json.loads(reader.json())
            except (c2pa.C2paError, ValueError) as error:
                return _refused(str(error))
    return _summary(store, with_manifests=with_manifests)


def _stated(state: State, meaning: str | None) -> dict[str, JsonValue]:
    return {"state": state, "meaning": meaning}


def _refused(message: str) -> dict[str, JsonValue]:
    # The library has no class for it: its message begins with the name of the failure.
    if message.startswith("RemoteManifest") or message.startswith("Remote:"):
        return _stated("remote", "the file names credentials kept elsewhere; they were not fetched")
    return _stated("unreadable", _short(f"the Content Credentials cannot be read: {message}"))


def _summary(store: Any, *, with_manifests: bool) -> dict[str, JsonValue]:
    """Return the statement about a manifest store, whatever is missing or odd in it."""
    store = _mapping(store)
    is_valid = store.get("validation_state") in ("Valid", "Trusted")
    active = _mapping(_mapping(store.get("manifests")).get(str(store.get("active_manifest"))))
    signature = _mapping(active.get("signature_info"))
    actions = [
        action
        for assertion in _mappings(active.get("assertions"))
        if str(assertion.get("label")).startswith("c2pa.actions")
        for action in _mappings(_mapping(assertion.get("data")).get("actions"))
    ]
    found = _stated("valid", _HOLDS) if is_valid else _stated("invalid", _BROKEN)
    found["signed_by"] = _short(signature.get("issuer"))
    found["signed_at"] = _short(signature.get("time"))
    found["made_with"] = [
        _short(f"{row.get('name', '')} {row.get('version', '')}".strip())
        for row in _mappings(active.get("claim_generator_info"))
    ]
    found["actions"] = [_short(action.get("action")) for action in actions]
    found["sources_of_media"] = [
        _short(action["digitalSourceType"]) for action in actions if "digitalSourceType" in action
    ]
    found["problems"] = [
        _short(row.get("code")) for row in _mappings(store.get("validation_status"))
    ]
    if with_manifests:
        found["manifests"] = store
    return found


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)][:100] if isinstance(value, list) else []


def _short(value: Any) -> str | None:
    if value is None:
        return None
    text = " ".join(storable(str(value)).split())
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]} (cut)"
