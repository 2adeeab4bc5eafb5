from collections.abc import Callable, Iterable

import numpy as np
import pytest

from marchpast.records import Crop, Identity, Sighting, Track
from marchpast.taxonomy import Taxonomy, load_taxonomy

Seen = Callable[..., Sighting]


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="session")
def seen() -> Seen:
    """Return a maker of sightings: a node, the frames it was detected in, the clip."""
    crop = Crop(0, 0.0, (0.0, 0.0, 1.0, 1.0), np.zeros((1, 1, 3), np.uint8), 1.0)

    def make(
        node: str, frames: Iterable[int] = (0,), *, source: str = "a.mp4", track_id: int = 1
    ) -> Sighting:
        index = np.array(list(frames), np.int64)
        track = Track(
            track_id=track_id,
            class_id=0,
            frame_index=index,
            time_s=index / 25,
            xyxy=np.zeros((len(index), 4), np.float32),
            confidence=np.ones(len(index), np.float32),
            crops=(crop,),
        )
        return Sighting(source, track, Identity(node, "type", 0.9, "a test says so", ()))

    return make
