"""How fast training pictures are rendered, in how much memory, and whether a seed repeats.

    python -m benchmarks.rendering                # 20 pictures, twice: some minutes
    python -m benchmarks.rendering --count 6

Each process renders on one core; what is counted is that core's own time, whatever else the
machine does. Building the vehicles is counted in: in a long run 40 pictures share them, so that a
shorter one looks slower than it is.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.common import RESULTS, write_results

_SEED = 77
_PEAK_UNITS_A_MIB = 1 << 20 if sys.platform == "darwin" else 1 << 10
"""`ru_maxrss` is in bytes on macOS and in KiB elsewhere."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one process did.

    Attributes:
        pictures: How many.
        cpu_s: Processor seconds for all of them.
        peak_mib: The most memory that the process held.
        sha256: Of the bytes of all files, in the order of their names.
    """

    pictures: int
    cpu_s: float
    peak_mib: float
    sha256: str


def main() -> None:
    """Render the same pictures in two processes, print and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=20, help="pictures (default: 20)")
    parser.add_argument("--out", type=Path, default=RESULTS / "rendering.json")
    parser.add_argument(
        "--into", type=Path, help="render once into this folder and say what it took"
    )
    arguments = parser.parse_args()
    if arguments.into:
        print(json.dumps(asdict(rendered(arguments.into, count=arguments.count))))
        return
    figures = rendering_figures([_in_a_process(arguments.count) for _ in range(2)])
    for name, value in figures.items():
        print(f"{name}: {value}")
    write_results(arguments.out, {"seed": _SEED, **figures})


def rendered(folder: Path, *, count: int) -> Rendered:
    """Render pictures into an empty folder with one thread and measure this process.

    Args:
        folder: Of the pictures; made if missing.
        count: How many.
    """
    import cv2

    from marchpast.synthesis.pictures import write_pictures

    cv2.setNumThreads(1)
    start = time.process_time()
    write_pictures(folder, count=count, seed=_SEED)
    seconds = time.process_time() - start
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.read_bytes())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _PEAK_UNITS_A_MIB
    return Rendered(count, round(seconds, 2), round(peak), digest.hexdigest())


def rendering_figures(runs: Sequence[Rendered]) -> dict[str, Any]:
    """Return the figures of runs that should be alike: the middle time, the most memory."""
    seconds = statistics.median(run.cpu_s / run.pictures for run in runs)
    return {
        "pictures": runs[0].pictures,
        "runs": len(runs),
        "cpu_s_a_picture": round(seconds, 2),
        "pictures_a_core_hour": round(3600 / seconds),
        "peak_memory_mib": round(max(run.peak_mib for run in runs)),
        "same_bytes": len({run.sha256 for run in runs}) == 1,
    }


def _in_a_process(count: int) -> Rendered:
    with tempfile.TemporaryDirectory() as folder:
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.rendering", "--count", str(count), "--into", folder],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return Rendered(**json.loads(answer.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
