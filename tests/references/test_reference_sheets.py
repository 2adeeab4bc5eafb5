"""Reference pictures: what is bundled, and what a folder must look like."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from marchpast import references
from marchpast.errors import ReferencesError
from marchpast.taxonomy import load_taxonomy

VIEWS = [{"azimuth_deg": angle, "elevation_deg": 5} for angle in (0, 90, 180)]


def write(folder: Path, *, shape: tuple[int, int] = (40, 60), **changes: object) -> Path:
    """Two columns of 30 x 20 pixel views, each of its own grey: 50, 100, 150."""
    sheet = np.zeros((*shape, 3), np.uint8)
    sheet[:20, :30], sheet[:20, 30:], sheet[20:, :30] = 50, 100, 150
    cv2.imwrite(str(folder / "osa.webp"), sheet, [cv2.IMWRITE_WEBP_QUALITY, 101])
    row = {
        "vehicle": "osa", "node": "osa", "name": "Osa", "file": "osa.webp",
        "dimensions": [
            {"name": "length", "metres": [9.14], "certainty": "high", "source": "published"}
        ],
    }  # fmt: skip
    index = {"format": references.INDEX_FORMAT, "view_size": [30, 20], "columns": 2,
             "views": VIEWS, "vehicles": [row], **changes}  # fmt: skip
    (folder / "index.json").write_text(json.dumps(index), "utf-8")
    return folder


def test_views_are_cut_from_their_sheet_in_order(tmp_path: Path) -> None:
    (sheet,) = references.load("osa", write(tmp_path))
    assert [view.azimuth_deg for view in sheet.views] == [0, 90, 180]
    assert [view.image.shape for view in sheet.views] == [(20, 30, 3)] * 3
    for view, grey in zip(sheet.views, (50, 100, 150), strict=True):
        assert view.image.mean() == pytest.approx(grey, abs=2)
    assert sheet.dimensions[0] == references.DrawnDimension("length", (9.14,), "high", "published")


def test_what_is_not_drawn_has_no_sheets(tmp_path: Path) -> None:
    assert references.load("tor", write(tmp_path)) == ()
    assert references.nodes(tmp_path) == ("osa",)


def test_a_sheet_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferencesError, match=r"osa\.webp"):
        references.load("osa", write(tmp_path, shape=(44, 60)))


def test_a_folder_without_an_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReferencesError, match=r"index\.json cannot be read"):
        references.nodes(tmp_path)
    with pytest.raises(ReferencesError, match="marchpast-references/1"):
        references.nodes(write(tmp_path, format="marchpast-references/9"))


def test_every_bundled_sheet_loads_and_names_a_node_of_the_taxonomy() -> None:
    taxonomy = load_taxonomy()
    for node in references.nodes():
        assert taxonomy.node(node).id == node
        for sheet in references.load(node):
            assert len(sheet.views) == 8
            assert {item.name for item in sheet.dimensions} == {"length", "width", "height", "gaps"}


def test_the_bundled_sheets_are_small() -> None:
    folder = Path(references.__file__).parent / "data"
    assert sum(path.stat().st_size for path in folder.iterdir()) < 4_000_000
