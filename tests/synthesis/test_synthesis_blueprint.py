import functools
from pathlib import Path

import numpy as np
import pytest
import yaml

from marchpast.errors import BlueprintError
from marchpast.synthesis.building.blueprint import (
    TOLERANCE,
    Dimension,
    blueprint_names,
    load_blueprint,
    load_module,
    read_blueprint,
)
from marchpast.synthesis.building.builder import Vehicle, build
from marchpast.synthesis.building.solids import solids
from marchpast.taxonomy import load_taxonomy

VALID = {
    "format": "marchpast-vehicle/1",
    "node": "btr80",
    "name": "test",
    "chassis": "btr80_hull",
    "length": {"value": 7.65, "certainty": "high", "source": "published"},
    "width": {"value": 2.9, "certainty": "high", "source": "published"},
    "height": {"value": 2.41, "certainty": "low", "source": "guess"},
    "gaps": {"value": [1.4, 1.55, 1.45], "certainty": "low", "source": "guess"},
}


@functools.cache
def built(name: str) -> Vehicle:
    return build(load_blueprint(name))


def written(folder: Path, **changes: object) -> Path:
    path = folder / "vehicle.yaml"
    path.write_text(yaml.safe_dump({**VALID, **changes}), "utf-8")
    return path


def allowed(dimension: Dimension) -> float:
    return TOLERANCE[dimension.certainty]


@pytest.mark.parametrize("name", blueprint_names())
def test_mesh_has_the_published_size(name: str) -> None:
    blueprint = load_blueprint(name)
    low, high = build(blueprint, with_fittings=False).mesh.extent()
    size = high - low
    for axis, dimension in enumerate((blueprint.length, blueprint.width, blueprint.height)):
        assert size[axis] == pytest.approx(dimension.value, rel=allowed(dimension))
    assert low[2] == pytest.approx(0.0, abs=0.01), "wheels and tracks stand on the ground"


@pytest.mark.parametrize("name", blueprint_names())
def test_the_nose_is_the_origin(name: str) -> None:
    blueprint = load_blueprint(name)
    whole = build(blueprint, with_fittings=False).mesh
    if blueprint.hull_length is None:
        assert whole.extent()[0][0] == pytest.approx(0.0, abs=0.02)
        return
    chassis = solids(load_module(blueprint.chassis), None, state="travel", with_fittings=False)
    low, high = chassis.extent()
    assert low[0] == pytest.approx(0.0, abs=0.02)
    hull = blueprint.hull_length
    assert high[0] - low[0] == pytest.approx(hull.value, rel=allowed(hull))
    assert whole.extent()[0][0] < -0.5, "a hull length is given where a gun reaches past the nose"


@pytest.mark.parametrize("name", blueprint_names())
def test_axle_gaps_are_the_published_ones(name: str) -> None:
    blueprint = load_blueprint(name)
    assert np.diff(built(name).axle_x) == pytest.approx(
        blueprint.gaps.value, rel=allowed(blueprint.gaps)
    )


@pytest.mark.parametrize("name", blueprint_names())
def test_vehicle_is_alike_on_both_sides_of_its_wheels(name: str) -> None:
    vehicle = built(name)
    mesh, count = vehicle.mesh, len(vehicle.wheel_centres)
    assert vehicle.wheel_radii.shape == (count,)
    for side in (1, -1):
        on_side = mesh.wheel[np.sign(mesh.triangles[:, :, 1].mean(axis=1)) == side]
        assert len(np.unique(on_side[on_side >= 0])) * 2 == count


@pytest.mark.parametrize("name", blueprint_names())
def test_faces_are_enough_to_look_like_one_and_few_enough_to_render(name: str) -> None:
    assert 3_000 < len(built(name).mesh) < 30_000


@pytest.mark.parametrize("name", blueprint_names())
def test_wheels_and_axles_are_those_of_the_taxonomy(name: str) -> None:
    node = load_taxonomy().node(built(name).blueprint.node)
    chassis, seen = node.chassis, built(name).attributes
    if chassis is None:
        return
    groups = "+".join(map(str, seen.axle_groups))
    if chassis.road_wheels is not None:
        assert seen.road_wheels == chassis.road_wheels
    if chassis.running_gear in ("wheeled", "tracked"):
        assert seen.drive == {"wheeled": "wheels", "tracked": "tracks"}[chassis.running_gear]
    if chassis.axle_groups.endswith("evenly spaced"):
        assert len(set(seen.axle_groups)) == 1, groups
    elif "+" in chassis.axle_groups and "axle_groups" not in chassis.unsure:
        assert groups == chassis.axle_groups


def test_valid_file_is_read(tmp_path: Path) -> None:
    blueprint = read_blueprint(written(tmp_path))
    assert (blueprint.node, blueprint.payload, blueprint.scheme) == ("btr80", (), "plain")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "marchpast-vehicle/9"}, ["format", "marchpast-vehicle/9"]),
        ({"wheels": 8}, ["wheels", "Extra inputs"]),
        ({"length": {"value": -1, "certainty": "high", "source": "guess"}}, ["length.value"]),
        (
            {"width": {"value": 3, "certainty": "sure", "source": "guess"}},
            ["width.certainty", "low"],
        ),
        ({"scheme": "zebra"}, ["scheme", "three_tone", "zebra"]),
    ],
)
def test_malformed_blueprint_names_the_place(
    tmp_path: Path, changes: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(BlueprintError) as caught:
        read_blueprint(written(tmp_path, **changes))
    message = str(caught.value)
    assert "\n" not in message
    assert all(word in message for word in ["vehicle.yaml", *words])


def test_what_is_not_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("node: [osa", "utf-8")
    with pytest.raises(BlueprintError, match=r"broken.yaml is not YAML"):
        read_blueprint(path)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(BlueprintError, match=r"'maus'.*btr80.*osa"):
        load_blueprint("maus")
    with pytest.raises(BlueprintError, match=r"'raft'.*mzkt_7930"):
        load_module("raft")


def test_vehicle_on_a_payload_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BlueprintError, match=r"'osa_turret' has no running_gear or tracks"):
        build(read_blueprint(written(tmp_path, chassis="osa_turret")))


def test_unknown_colour_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BlueprintError, match=r"unknown paints \['chrome'\]"):
        build(read_blueprint(written(tmp_path, colours={"chrome": [1, 1, 1]})))
