"""Camera motion on pictures whose movement is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from benchmarks.worlds import make_world

from marchpast.recognition import CameraMotion
from marchpast.records import BgrImage, FloatArray

NO_BOXES = np.zeros((0, 4), np.float32)
IDENTITY = np.eye(2, 3, dtype=np.float32)


def texture(seed: int, *, low: int = 0, high: int = 255) -> BgrImage:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(low, high, (18, 32, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.mark.parametrize(
    ("degrees", "zoom", "shift"),
    [(0.0, 1.0, (31.0, -12.0)), (2.0, 1.0, (0.0, 0.0)), (-1.0, 1.05, (-14.0, 6.0))],
)
def test_shift_turn_and_zoom_are_found(
    degrees: float, zoom: float, shift: tuple[float, float]
) -> None:
    truth = cv2.getRotationMatrix2D((320, 180), degrees, zoom)
    truth[:, 2] += np.array(shift)
    before = texture(1)
    now = cv2.warpAffine(before, truth, (640, 360), borderMode=cv2.BORDER_REFLECT)
    camera = CameraMotion()
    camera.update(before, NO_BOXES)
    motion = camera.update(np.asarray(now, np.uint8), NO_BOXES)
    corners = np.array([[100, 100, 1], [540, 100, 1], [320, 260, 1]]).T
    assert motion.is_known
    assert np.abs(motion.matrix @ corners - truth @ corners).max() < 1.0


def test_a_pan_is_told_from_the_vehicles_own_movement() -> None:
    world = make_world(
        seed=3, vehicles=14, layout="column", size=(960, 540), seconds=1, fps=10, pan_px=12
    )
    camera = CameraMotion()
    for frame, detections in world.frames(drawn=True):
        motion = camera.update(frame.image, detections.xyxy)
        if frame.index:
            moved = world.camera[frame.index - 1] - world.camera[frame.index]
            assert motion.is_known
            assert np.abs(motion.matrix[:, 2] - moved).max() < 1.5


def test_the_first_frame_has_no_movement() -> None:
    motion = CameraMotion().update(texture(1), NO_BOXES)
    assert not motion.is_known
    assert not motion.is_cut
    assert np.array_equal(motion.matrix, IDENTITY)


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 900, 3), (40, 7, 3)])
def test_pictures_too_small_to_follow_points_in_give_identity(shape: tuple[int, ...]) -> None:
    camera = CameraMotion()
    image = np.random.default_rng(0).integers(0, 255, shape, np.uint8)
    for _ in range(2):
        motion = camera.update(image, NO_BOXES)
        assert not motion.is_known
        assert np.array_equal(motion.matrix, IDENTITY)


@pytest.mark.parametrize("level", [0, 130, 255])
def test_pictures_without_contrast_give_identity(level: int) -> None:
    camera = CameraMotion()
    for _ in range(2):
        motion = camera.update(np.full((360, 640, 3), level, np.uint8), NO_BOXES)
        assert not motion.is_known
        assert np.array_equal(motion.matrix, IDENTITY)


def test_a_flash_is_skipped_and_the_movement_across_it_found() -> None:
    before = texture(1)
    shifted = np.roll(before, 20, axis=1)
    camera = CameraMotion()
    camera.update(before, NO_BOXES)
    assert not camera.update(np.full_like(before, 255), NO_BOXES).is_cut
    motion = camera.update(shifted, NO_BOXES)
    assert motion.is_known
    assert motion.matrix[0, 2] == pytest.approx(20, abs=1)


def test_a_cut_to_another_scene_is_noticed() -> None:
    camera = CameraMotion()
    camera.update(texture(1, low=120, high=250), NO_BOXES)
    assert camera.update(texture(2, low=0, high=110), NO_BOXES).is_cut
    assert not camera.update(texture(2, low=0, high=110), NO_BOXES).is_cut


def test_another_size_of_picture_is_another_scene() -> None:
    camera = CameraMotion()
    camera.update(texture(1), NO_BOXES)
    assert camera.update(np.ascontiguousarray(texture(1)[:, :300]), NO_BOXES).is_cut


def test_the_same_pictures_give_the_same_bytes() -> None:
    def matrices() -> list[bytes]:
        camera = CameraMotion()
        pictures = [np.roll(texture(4), 3 * step, axis=1) for step in range(5)]
        return [camera.update(picture, NO_BOXES).matrix.tobytes() for picture in pictures]

    np.random.seed(1)  # noqa: NPY002
    cv2.setRNGSeed(1)
    first = matrices()
    cv2.setRNGSeed(2)
    assert matrices() == first


def test_the_picture_is_not_changed() -> None:
    image, boxes = texture(1), np.array([[0, 0, 50, 50]], np.float32)
    image_before: BgrImage = image.copy()
    boxes_before: FloatArray = boxes.copy()
    camera = CameraMotion()
    camera.update(image, boxes)
    camera.update(image, boxes)
    assert np.array_equal(image, image_before)
    assert np.array_equal(boxes, boxes_before)
