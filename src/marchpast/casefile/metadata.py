"""What the footage says of itself, as far as it may be handed on.

A package is made to be given away, and metadata can betray who filmed, with what, and where they
live. So by default the values of fields that describe the recording are given, and of all others
only that they are there: a list of harmless names can be incomplete without harm, a list of
harmful ones cannot.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import JsonValue

from marchpast.casefile.credentials import read_credentials
from marchpast.media import MetadataField, read_metadata

METADATA_FORMAT: Final = "marchpast-metadata/1"

# EXIF: what the camera did and when. Not: owner, serial numbers, unique ids, comments, free texts,
# maker notes, everything about the place.
_PLAIN_EXIF: Final = frozenset(
    [
        "ImageWidth",
        "ImageLength",
        "BitsPerSample",
        "Compression",
        "PhotometricInterpretation",
        "Make",
        "Model",
        "Orientation",
        "SamplesPerPixel",
        "PlanarConfiguration",
        "RowsPerStrip",
        "StripByteCounts",
        "StripOffsets",
        "XResolution",
        "YResolution",
        "ResolutionUnit",
        "Software",
        "DateTime",
        "YCbCrPositioning",
        "ExposureTime",
        "FNumber",
        "ExposureProgram",
        "PhotographicSensitivity",
        "SensitivityType",
        "ExifVersion",
        "DateTimeOriginal",
        "DateTimeDigitized",
        "OffsetTime",
        "OffsetTimeOriginal",
        "OffsetTimeDigitized",
        "ComponentsConfiguration",
        "CompressedBitsPerPixel",
        "ShutterSpeedValue",
        "ApertureValue",
        "BrightnessValue",
        "ExposureBiasValue",
        "MaxApertureValue",
        "SubjectDistance",
        "MeteringMode",
        "LightSource",
        "Flash",
        "FocalLength",
        "SubjectArea",
        "SubSecTime",
        "SubSecTimeOriginal",
        "SubSecTimeDigitized",
        "FlashpixVersion",
        "ColorSpace",
        "PixelXDimension",
        "PixelYDimension",
        "FocalPlaneXResolution",
        "FocalPlaneYResolution",
        "FocalPlaneResolutionUnit",
        "SensingMethod",
        "FileSource",
        "SceneType",
        "CustomRendered",
        "ExposureMode",
        "WhiteBalance",
        "DigitalZoomRatio",
        "FocalLengthIn35mmFilm",
        "SceneCaptureType",
        "GainControl",
        "Contrast",
        "Saturation",
        "Sharpness",
        "SubjectDistanceRange",
        "LensSpecification",
        "LensMake",
        "LensModel",
        "CompositeImage",
    ]
)
_PLAIN_CONTAINER: Final = frozenset(
    [
        "major_brand",
        "minor_version",
        "compatible_brands",
        "creation_time",
        "encoder",
        "encoding_tool",
        "com.apple.quicktime.make",
        "com.apple.quicktime.model",
        "com.apple.quicktime.software",
        "com.apple.quicktime.creationdate",
        "com.android.version",
        "com.android.capture.fps",
        "make",
        "model",
        "duration",
    ]
)
_PLAIN_STREAM: Final = frozenset(
    [
        "kind",
        "codec",
        "creation_time",
        "language",
        "handler_name",
        "vendor_id",
        "encoder",
        "duration",
        "rotate",
        "timecode",
    ]
)


def describe_original(path: Path, *, is_private_shown: bool) -> dict[str, JsonValue]:
    """Return what a file says of itself: fields, names of withheld fields, Content Credentials.

    Args:
        path: A picture or a video.
        is_private_shown: Also give what may name a person or a place.

    Raises:
        SourceError: If the file cannot be read.
        OSError: If it cannot be opened.
    """
    fields = read_metadata(path)
    shown = [field for field in fields if is_private_shown or _is_plain(field)]
    withheld = [field for field in fields if not (is_private_shown or _is_plain(field))]
    return {
        "fields": [
            {"group": field.group, "name": field.name, "value": field.value} for field in shown
        ],
        "withheld": [{"group": field.group, "name": field.name} for field in withheld],
        "content_credentials": read_credentials(path, with_manifests=is_private_shown),
    }


def _is_plain(field: MetadataField) -> bool:
    if field.group == "exif":
        return field.name in _PLAIN_EXIF
    if field.group == "container":
        return field.name in _PLAIN_CONTAINER
    return field.group.startswith("stream ") and field.name in _PLAIN_STREAM
