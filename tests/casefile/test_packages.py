"""An evidence package: the same bytes every time, and no change that nobody notices."""

from __future__ import annotations

import ast
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.casefile.conftest import Made

from marchpast.casefile import create_case, pack_evidence, verifier, verify_evidence, writing
from marchpast.errors import EvidenceError, OutputExistsError, ResultError
from marchpast.files import sha256_of

SEED = 6


@pytest.fixture
def package(made: Made, tmp_path: Path) -> Path:
    out = tmp_path / "package.zip"
    pack_evidence(made.folder, out, originals=made.footage, include_originals=True)
    return out


def problems(path: Path, *, sha256: str | None = None) -> tuple[str, ...]:
    return verify_evidence(path, sha256=sha256).problems


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_package_is_a_zip_file_that_others_read(package: Path, made: Made) -> None:
    with zipfile.ZipFile(package) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        for info in archive.infolist():
            assert info.compress_type == zipfile.ZIP_STORED
            assert info.date_time == (1980, 1, 1, 0, 0, 0)
            assert info.external_attr >> 16 == 0o100644
    assert names == ["manifest.json", *sorted(names[1:])]
    found = contents(package)
    for path in made.folder.rglob("*"):
        if path.is_file():
            assert found[f"result/{path.relative_to(made.folder).as_posix()}"] == path.read_bytes()
    for source in made.result.sources:
        name = f"originals/{source.sha256}.png"
        assert found[name] == (made.footage / source.name).read_bytes()


def test_the_manifest_states_what_the_result_rests_on(package: Path, made: Made) -> None:
    manifest = json.loads(contents(package)["manifest.json"])
    source = made.result.sources[0]
    assert manifest["format"] == "marchpast-evidence/1"
    assert manifest["result"]["sha256"] == sha256_of(made.folder / "result.json")
    assert manifest["models"] == [
        {
            "name": "detector",
            "version": "1.0",
            "sha256": made.result.models[0].sha256,
            "task": "detect",
            "provider": "CPUExecutionProvider",
        }
    ]
    assert manifest["settings"] == {"every_s": None, "stride": 1}
    assert manifest["sources"][0] == {
        "name": "convoy/a.png",
        "kind": "picture",
        "sha256": source.sha256,
        "size_bytes": source.size_bytes,
        "file": f"originals/{source.sha256}.png",
    }
    assert manifest["looks"][0] == {
        "sighting": "convoy/a.png#1",
        "source_sha256": source.sha256,
        "frame_index": 0,
        "time_s": 0.0,
        "xyxy": [30.0, 40.0, 110.0, 80.0],
        "crop": f"result/{made.result.sightings[0].best.crop}",
        "frame": f"frames/{source.sha256[:16]}-00000000.jpg",
    }


def test_a_package_of_a_result_alone_holds_no_more(made: Made, tmp_path: Path) -> None:
    (made.folder / "notes.txt").write_text("mine")
    packed = pack_evidence(made.folder, tmp_path / "p.zip")
    assert packed.left_out == ("notes.txt",)
    assert packed.sha256 == sha256_of(packed.path)
    names = contents(packed.path).keys()
    assert packed.file_count == len(names)
    assert {name.partition("/")[0] for name in names} == {
        "README.txt",
        "manifest.json",
        "result",
        "verify.py",
    }
    assert problems(packed.path, sha256=packed.sha256) == ()


def test_a_rebuilt_package_is_byte_identical(made: Made, tmp_path: Path) -> None:
    case = tmp_path / "c.case"
    with create_case(case) as opened:
        opened.add_result(made.folder)
        opened.add_note("Seen", author="A")
    choices: dict[str, Any] = {
        "originals": made.footage,
        "include_originals": True,
        "private_metadata": True,
        "case": case,
    }
    first = pack_evidence(made.folder, tmp_path / "a.zip", **choices)
    # Elsewhere, later, under other names and in another order of the folder.
    moved, footage = tmp_path / "elsewhere", tmp_path / "footage 2"
    shutil.copytree(made.folder, moved)
    footage.mkdir()
    for number, path in enumerate(sorted(made.footage.rglob("*.png"), reverse=True)):
        shutil.copyfile(path, footage / f"{number}.png")
    second = pack_evidence(moved, tmp_path / "b.zip", **{**choices, "originals": footage})
    assert second.sha256 == first.sha256
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_attachments_are_packed_and_links_are_not(made: Made, tmp_path: Path) -> None:
    (made.folder / "sheets").mkdir()
    (made.folder / "sheets" / "osa.html").write_text("<p>")
    names = contents(pack_evidence(made.folder, tmp_path / "a.zip").path).keys()
    assert "result/sheets/osa.html" in names
    (made.folder / "sheets" / "x.png").symlink_to("/etc/hostname")
    with pytest.raises(EvidenceError, match="only plain files"):
        pack_evidence(made.folder, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_what_cannot_be_packed_is_refused(made: Made, tmp_path: Path) -> None:
    out = tmp_path / "p.zip"
    with pytest.raises(ValueError, match="needs the folder"):
        pack_evidence(made.folder, out, include_originals=True)
    with pytest.raises(EvidenceError, match=r"1 of 2 sources are not in it, such as b\.png"):
        pack_evidence(made.folder, out, originals=made.footage / "convoy")
    with pytest.raises(EvidenceError, match="is no folder"):
        pack_evidence(made.folder, out, originals=made.footage / "b.png")
    with pytest.raises(ResultError, match="missing"):
        pack_evidence(made.footage, out)
    with create_case(tmp_path / "c.case"), pytest.raises(EvidenceError, match="does not hold"):
        pack_evidence(made.folder, out, case=tmp_path / "c.case")
    (made.folder / made.result.sightings[0].best.crop).write_bytes(b"no picture")
    with pytest.raises(EvidenceError, match="is no valid result"):
        pack_evidence(made.folder, out)
    out.write_text("mine")
    with pytest.raises(OutputExistsError):
        pack_evidence(made.folder, out)
    assert out.read_text() == "mine"


def test_every_changed_byte_is_noticed(package: Path) -> None:
    """The bar is 200 changes at random; here the ends and the structure are tried as well."""
    whole = package.read_bytes()
    rng = random.Random(SEED)
    entry = whole.index(b"PK\x03\x04", 4)
    directory = whole.index(b"PK\x01\x02")
    places = [
        *(rng.randrange(len(whole)) for _ in range(400)),
        *range(100),
        *range(entry, entry + 60),
        *range(directory, directory + 100),
        *range(len(whole) - 100, len(whole)),
    ]
    assert problems(package) == ()
    for place in places:
        broken = bytearray(whole)
        broken[place] ^= rng.randrange(1, 256)
        package.write_bytes(broken)
        assert problems(package), f"byte {place} of {len(whole)}"


def test_every_added_or_lost_byte_is_noticed(package: Path) -> None:
    whole = package.read_bytes()
    rng = random.Random(SEED)
    for place in [0, len(whole), *(rng.randrange(len(whole)) for _ in range(100))]:
        package.write_bytes(whole[:place] + b"\0" + whole[place:])
        assert problems(package), f"added at {place}"
        package.write_bytes(whole[:place])
        assert problems(package) or place == len(whole), f"cut at {place}"
        package.write_bytes(whole[:place] + whole[place + 1 :])
        assert problems(package) or place == len(whole), f"lost at {place}"


def rebuilt(path: Path, files: dict[str, bytes]) -> Path:
    """Write a ZIP file in the very layout of a package, whatever the manifest says of it."""
    entries, written = [], b""
    for name, content in files.items():
        facts = writing._facts_of(content)
        entry = verifier.Entry(name, facts.size, facts.crc, len(written))
        entries.append(entry)
        written += verifier.local_header(entry) + content
    path.write_bytes(written + verifier.closing(entries, len(written)))
    return path


def test_every_removed_added_renamed_or_doubled_file_is_noticed(package: Path) -> None:
    files = contents(package)
    whole = package.read_bytes()
    assert rebuilt(package, files).read_bytes() == whole
    for name in files:
        rest = {key: content for key, content in files.items() if key != name}
        found = problems(rebuilt(package, rest))
        expected = "no evidence package" if name == "manifest.json" else f"{name}: is missing"
        assert any(expected in line for line in found), name
        renamed = {f"{key}x" if key == name else key: value for key, value in files.items()}
        assert problems(rebuilt(package, renamed)), name
    for name in ("aaa", "result/zzz.json", "zzz", "../evil", "/etc/passwd", "C:\\x", "verify.pyc"):
        found = problems(rebuilt(package, {**files, name: b"added"}))
        assert f"{name}: is in the package and not in its manifest" in found
    swapped = dict(sorted(files.items(), reverse=True))
    swapped = {"manifest.json": files["manifest.json"], **swapped}
    assert "the files are not in the order of the manifest" in problems(rebuilt(package, swapped))


def test_a_file_that_is_there_twice_is_noticed(package: Path) -> None:
    with zipfile.ZipFile(package, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("README.txt", b"another")
    assert any("README.txt: is in the package twice" in line for line in problems(package))


def test_compressed_encrypted_or_commented_packages_are_noticed(package: Path) -> None:
    whole, files = package.read_bytes(), contents(package)
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert problems(package)
    package.write_bytes(whole)
    with zipfile.ZipFile(package, "a") as archive:
        archive.comment = b"hello"
    assert any("the directory of the package" in line for line in problems(package))
    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x03\x04", 4) + 6] |= 1
    package.write_bytes(encrypted)
    assert any("(encrypted)" in line for line in problems(package))
    package.write_bytes(b"#!/bin/sh\n" + whole)
    assert problems(package) == ("no evidence package: it does not begin with manifest.json",)


def test_a_bomb_is_neither_inflated_nor_believed(package: Path) -> None:
    bomb = package.with_name("bomb.zip")
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 50_000_000)
    assert bomb.stat().st_size < 100_000
    assert len(problems(bomb)) == 1
    # A size that is only stated.
    head = verifier.local_header(verifier.Entry("manifest.json", 1 << 40, 0, 0))
    bomb.write_bytes(head + b"{}")
    assert problems(bomb) == (
        "manifest.json: states 1099511627776 bytes, more than any manifest has",
    )


def test_a_file_made_to_keep_the_checker_busy_ends_early(package: Path) -> None:
    files = contents(package)
    files.update((f"x/{number}", b"") for number in range(5000))
    found = problems(rebuilt(package, files))
    assert len(found) == verifier.PROBLEM_LIMIT + 1
    assert found[-1] == "and more"


def test_entries_with_absurd_names_are_noticed(package: Path) -> None:
    whole = package.read_bytes()
    first = whole.index(b"PK\x03\x04", 4)
    for length in (0, 1, 260, 65_535):
        head = bytearray(verifier.local_header(verifier.Entry("x", 0, 0, 0))[:30])
        head[26:28] = length.to_bytes(2, "little")
        package.write_bytes(whole[:first] + head + b"\xff" * length + whole[first:])
        found = problems(package)
        assert "is in the package and not in its manifest" in found[0], length
        assert all(len(line) <= 2000 for line in found)


def forged(package: Path, change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    """Return what is found when the manifest was changed and the package made anew around it."""
    files = contents(package)
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = verifier.manifest_bytes(manifest)
    return problems(rebuilt(package.with_name("forged.zip"), files))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m.update(format="marchpast-evidence/2"), "a newer marchpast may read it"),
        (lambda m: m.pop("files"), "is malformed"),
        (lambda m: m.update(files=[1]), "is malformed"),
        (lambda m: m.update(looks=[{"crop": 5}]), "is malformed"),
        (lambda m: m["files"].update({"../x": {"size": 1, "sha256": "0" * 64}}), "lists a name"),
        (lambda m: m["files"].update({"a//b": {"size": 1, "sha256": "0" * 64}}), "lists a name"),
        (lambda m: m["files"].update({"readme.TXT": {"size": 1, "sha256": ""}}), "one on some"),
        (lambda m: m["files"].update({"x": {"size": "1", "sha256": ""}}), "needs its size"),
        (lambda m: m["result"].update(sha256="0" * 64), "states two SHA-256"),
        (lambda m: m["sources"][0].update(sha256="0" * 64), "states two SHA-256"),
        (lambda m: m["looks"][0].update(crop="none"), "which is not among its files"),
        (lambda m: m["files"].pop("README.txt"), "README.txt: is in the package and not in"),
        (lambda m: m["files"]["README.txt"].update(size=3), "README.txt: was changed"),
    ],
)
def test_a_manifest_that_does_not_fit_is_noticed(
    package: Path, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    assert any(words in line for line in forged(package, change))


def test_a_manifest_written_otherwise_is_noticed(package: Path) -> None:
    files = contents(package)
    manifest = json.loads(files["manifest.json"])
    for text in (
        json.dumps(manifest),
        files["manifest.json"].decode() + " ",
        files["manifest.json"].decode().replace('"stride": 1', '"stride": 1.00'),
        '{"format": NaN}',
        "[" * 100_000,
        "1" * 10_000,
        "\xff",
    ):
        changed = {**files, "manifest.json": text.encode("latin-1")}
        assert problems(rebuilt(package, changed)), text[:20]


def test_a_new_package_shows_only_against_a_published_hash(package: Path) -> None:
    """What no check can find without an anchor: a package that was made anew, consistently."""
    before = verify_evidence(package).sha256
    files = contents(package)
    files["README.txt"] = b"another text"
    facts = writing._facts_of(files["README.txt"])
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["README.txt"] = {"size": facts.size, "sha256": facts.sha256}
    files["manifest.json"] = verifier.manifest_bytes(manifest)
    other = rebuilt(package.with_name("other.zip"), files)
    assert problems(other) == ()
    assert problems(package, sha256=before.upper() + "\n") == ()
    (line,) = problems(other, sha256=before)
    assert line.startswith("the package is another one: its SHA-256 is ")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.zip"):
        with pytest.raises(EvidenceError, match="cannot be read"):
            verify_evidence(path)
    for name, content in (("empty", b""), ("text", b"hello"), ("head", b"PK\x03\x04")):
        (tmp_path / name).write_bytes(content)
        assert len(problems(tmp_path / name)) == 1


def interpreters() -> list[str]:
    """Return this Python, and the oldest that the verifier is for, where it is installed."""
    oldest = shutil.which("python3.9")
    # A version manager may keep a name for what is not installed.
    if (
        oldest
        and subprocess.run([oldest, "--version"], capture_output=True, check=False).returncode == 0
    ):
        return [sys.executable, oldest]
    return [sys.executable]


def test_the_verifier_in_the_package_runs_alone(package: Path, tmp_path: Path) -> None:
    script = tmp_path / "unpacked" / "verify.py"
    script.parent.mkdir()
    script.write_bytes(contents(package)["verify.py"])
    sha256 = sha256_of(package)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(package.read_bytes()[:-1])
    for python in interpreters():
        # -I and -S: no site-packages, so nothing but the standard library can be imported.
        alone = [python, "-I", "-S", str(script)]

        def run(*arguments: object, alone: list[str] = alone) -> tuple[int, str]:
            done = subprocess.run(
                [*alone, *map(str, arguments)], capture_output=True, text=True, check=False
            )
            assert "Traceback" not in done.stderr
            return done.returncode, done.stdout

        assert run(package) == (0, f"SHA-256 of the package: {sha256}\nnothing differs\n")
        assert run(package, "--sha256", sha256)[0] == 0
        code, out = run(package, "--sha256", "0" * 64)
        assert (code, out.splitlines()[-1]) == (1, "DIFFERS")
        assert run(broken)[0] == 1
        assert run(tmp_path / "none.zip") == (2, "")
        assert run() == (2, "")
        assert run(package, "--sha256") == (2, "")


def test_the_verifier_needs_nothing_newer_than_python_3_9() -> None:
    text = Path(verifier.__file__).read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names


def test_packages_beyond_four_gigabytes_have_the_fields_that_zip_readers_expect(
    tmp_path: Path,
) -> None:
    """Python's own reader is the oracle; the file is sparse, so nothing is written."""
    big = verifier.Entry("big.mp4", 5 << 30, 7, 0)
    head = verifier.local_header(big)
    small = verifier.Entry("small.txt", 3, 9, len(head) + big.size)
    offset = small.offset + len(verifier.local_header(small)) + 3
    path = tmp_path / "big.zip"
    with path.open("wb") as stream:
        stream.write(head)
        stream.seek(offset)
        stream.write(verifier.closing([big, small], offset))
    with zipfile.ZipFile(path) as archive:
        found = [(info.filename, info.file_size, info.header_offset) for info in archive.infolist()]
        assert found == [("big.mp4", big.size, 0), ("small.txt", 3, small.offset)]
        assert archive.open("big.mp4").read(4) == bytes(4)
    with path.open("rb") as stream:
        again = verifier._next_header(stream)
    assert again is not None
    assert (again.size, again.raw) == (big.size, head)


def test_packages_of_many_files_have_the_fields_that_zip_readers_expect(tmp_path: Path) -> None:
    entries = [verifier.Entry(f"{number:05d}", 0, 0, number) for number in range(66_000)]
    path = tmp_path / "many.zip"
    path.write_bytes(bytes(66_000) + verifier.closing(entries, 66_000))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [entry.name for entry in entries]
