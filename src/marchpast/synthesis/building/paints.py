"""What surfaces look like: colour and gloss of everything a vehicle is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paint:
    """One surface.

    Attributes:
        albedo: Linear reflectance of red, green and blue, 0 to 1.
        gloss: Strength of the mirror part of the reflection, 0 (chalk) to 1 (glass).
        weather: How much dust, wear and colour variation show, 0 to 1.
        emission: Radiance of a lit lamp in units of the sky's mean.
        camouflaged: Whether a camouflage scheme is painted over it.
    """

    albedo: tuple[float, float, float]
    gloss: float = 0.10
    weather: float = 1.0
    emission: float = 0.0
    camouflaged: bool = False


PAINTS: dict[str, Paint] = {
    # Military greens reflect 7 to 10 % of the light, faded ones more (own estimate from photos).
    "body": Paint((0.066, 0.080, 0.045), gloss=0.22, camouflaged=True),
    "canister": Paint((0.066, 0.079, 0.049), gloss=0.24, camouflaged=True),
    "detail": Paint((0.040, 0.046, 0.030), gloss=0.14),
    "canvas": Paint((0.088, 0.090, 0.056), gloss=0.02),
    "frame": Paint((0.022, 0.022, 0.021), gloss=0.08),
    "rubber": Paint((0.020, 0.020, 0.021), gloss=0.05),
    "rim": Paint((0.052, 0.061, 0.037), gloss=0.14),
    # Bare missiles, light grey-green (own estimate from photos).
    "missile": Paint((0.20, 0.22, 0.17), gloss=0.25, weather=0.4),
    # Tracks: bare, dull steel with dust in it (own estimate from photos).
    "track": Paint((0.048, 0.045, 0.041), gloss=0.12),
    # Old planks and the iron-oxide paint of goods wagons (own estimates from photos).
    "wood": Paint((0.115, 0.085, 0.060), gloss=0.03),
    "wagon": Paint((0.085, 0.040, 0.028), gloss=0.08),
    "steel": Paint((0.075, 0.075, 0.078), gloss=0.30),
    "glass": Paint((0.010, 0.012, 0.013), gloss=1.0, weather=0.15),
    "mouth": Paint((0.006, 0.006, 0.006), gloss=0.0, weather=0.0),
    "white": Paint((0.520, 0.530, 0.540), gloss=0.25, weather=0.5),
    "civil": Paint((0.420, 0.440, 0.470), gloss=0.35, weather=0.6),
    "civil_cab": Paint((0.340, 0.035, 0.030), gloss=0.45, weather=0.4),
    "lamp": Paint((0.60, 0.60, 0.55), gloss=0.5, weather=0.0, emission=9.0),
    "lens": Paint((0.30, 0.30, 0.28), gloss=0.7, weather=0.2),
    "amber": Paint((0.45, 0.16, 0.02), gloss=0.5, weather=0.1, emission=0.25),
    "red": Paint((0.35, 0.02, 0.02), gloss=0.4, weather=0.1, emission=0.9),
}

_ORDER = {name: index for index, name in enumerate(PAINTS)}


def paint_index(name: str) -> int:
    """Return the index of a paint in the order of `PAINTS`.

    >>> paint_index("body")
    0
    """
    return _ORDER[name]
