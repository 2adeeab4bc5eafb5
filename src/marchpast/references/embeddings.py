"""What a classifier makes of the pictures of a store, computed once for each classifier."""

from __future__ import annotations

import io
import logging
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from marchpast.errors import ModelContractError
from marchpast.files import write_bytes
from marchpast.recognition import Classifier
from marchpast.records import FloatArray
from marchpast.references.store import Store

_logger = logging.getLogger(__name__)

_Rows = dict[str, npt.NDArray[np.float32]]


def embeddings_of(store: Store, classifier: Classifier, *, model_sha256: str) -> FloatArray:
    """Return what a classifier makes of every reference, in the order of the entries.

    Kept in the store under the model's hash; only pictures added since are looked at. A cache that
    cannot be read is made anew, and a store that cannot be written to is used without one.

    Args:
        store: Opened and checked.
        classifier: Gives embeddings.
        model_sha256: Of its network.

    Returns:
        `(entries, D)` float32.

    Raises:
        ModelContractError: If the classifier gives no embeddings.
        SourceError: If a picture does not decode.
    """
    path = store.folder / f"embeddings-{model_sha256[:16]}.npz"
    cached = _read(path)
    missing = [entry for entry in store.entries if entry.id not in cached]
    for entry in missing:
        embedding = classifier.score([store.crop(entry)]).embedding
        if embedding is None:
            raise ModelContractError(
                "the classifier gives no embeddings, so references cannot be compared; export it "
                "again, or leave the references out"
            )
        cached[entry.id] = embedding[0]
    if missing:
        _write(path, {entry.id: cached[entry.id] for entry in store.entries})
    rows = [cached[entry.id] for entry in store.entries]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def _read(path: Path) -> _Rows:
    if not path.is_file():
        return {}
    try:
        content = io.BytesIO(path.read_bytes())
        with np.load(content, allow_pickle=False) as arrays:
            rows = np.asarray(arrays["embedding"], np.float32)
            ids = [str(id_) for id_ in arrays["ids"]]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        _logger.warning("%s cannot be read and is made anew", path)
        return {}
    if rows.ndim != 2 or len(rows) != len(ids) or not np.isfinite(rows).all():
        _logger.warning("%s is damaged and is made anew", path)
        return {}
    return dict(zip(ids, rows, strict=True))


def _write(path: Path, rows: _Rows) -> None:
    stream = io.BytesIO()
    np.savez(stream, ids=np.array(list(rows)), embedding=np.stack(list(rows.values())))
    try:
        write_bytes(path, stream.getvalue())
    except OSError as error:
        _logger.warning("%s cannot be written (%s): nothing is kept", path, error.strerror)
