"""YAML that people write, read strictly: every complaint has a file, a line and a column.

Refused: more than 1 MiB, anything but UTF-8 without a byte-order mark, tabs and control
characters, anchors, aliases, tags, several documents, nesting deeper than 32, duplicate keys.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from marchpast.errors import InventoryError

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_NUMBER = 100_000
MAX_TEXT = 4_000

# The parser written in C keeps a file of the largest size under a second.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# YAML counts \x85, U+2028 and U+2029 as line ends and editors do not: with them no line number
# would be right. Direction marks hide what a name is.
_REFUSED_CHARACTER = re.compile(
    "\r(?!\n)|[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Value:
    """A part of a document that knows where it stands."""

    file: str
    node: yaml.Node

    def error(self, message: str) -> InventoryError:
        """Return the error that points at this value."""
        return _error(self.file, self.node.start_mark, message)

    def mapping(self, what: str, *, required: Collection[str], optional: Collection[str]) -> Fields:
        """Return the values by key.

        Raises:
            InventoryError: If this is no mapping, or a key is unknown, missing or there twice.
        """
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"{what} must be a mapping of keys to values, got {self._shown()}")
        fields: Fields = {}
        for key_node, value_node in self.node.value:
            key = Value(self.file, key_node)
            name = key.text(f"a key of {what}")
            if name not in {*required, *optional}:
                raise key.error(f"{what} has no key {name!r}{_allowed(name, required, optional)}")
            if name in fields:
                first = fields[name].node.start_mark.line + 1
                raise key.error(f"{what} has the key {name!r} twice, first on line {first}")
            fields[name] = Value(self.file, value_node)
        for name in required:
            if name not in fields:
                raise self.error(f"{what} needs the key {name!r}")
        return fields

    def items(self, what: str) -> Iterator[Value]:
        """Yield the values of a list.

        Raises:
            InventoryError: If this is no list.
        """
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.error(f"{what} must be a list, got {self._shown()}")
        for node in self.node.value:
            yield Value(self.file, node)

    def text(self, what: str) -> str:
        """Return a text that is not empty, on one line.

        Raises:
            InventoryError: If this is something else; a bare `no` or `2017` is not a text.
        """
        text = " ".join(self.node.value.split()) if self._kind() == "str" else ""
        if not text or len(text) > MAX_TEXT or not text.isprintable():
            quote = "; put quotes around it" if self._kind() in ("bool", "int", "float") else ""
            raise self.error(
                f"{what} must be text of 1 to {MAX_TEXT} printable characters, got "
                f"{self._shown()}{quote}"
            )
        return text

    def whole_number(self, what: str) -> int:
        """Return a number written in plain digits.

        Raises:
            InventoryError: If this is something else.
        """
        if self._kind() == "int" and _WHOLE_NUMBER.fullmatch(self.node.value):
            number = int(self.node.value[: len(str(MAX_NUMBER)) + 1])
            if number <= MAX_NUMBER:
                return number
        raise self.error(
            f"{what} must be a whole number from 0 to {MAX_NUMBER} in plain digits, got "
            f"{self._shown()}"
        )

    def flag(self, what: str) -> bool:
        """Return True for `true`, False for `false`.

        Raises:
            InventoryError: If this is something else.
        """
        if self._kind() != "bool" or self.node.value not in ("true", "false"):
            raise self.error(f"{what} must be true or false, got {self._shown()}")
        return bool(self.node.value == "true")

    def choice(self, what: str, allowed: Collection[str]) -> str:
        """Return one of the allowed words.

        Raises:
            InventoryError: If this is something else.
        """
        if self._kind() != "str" or self.node.value not in allowed:
            raise self.error(f"{what} must be one of {', '.join(allowed)}; got {self._shown()}")
        return str(self.node.value)

    def date(self, what: str) -> str:
        """Return a date as `YYYY-MM-DD`.

        Raises:
            InventoryError: If this is something else.
        """
        written = self.node.value if isinstance(self.node, yaml.ScalarNode) else ""
        try:
            if _DATE.fullmatch(written):
                return datetime.date.fromisoformat(written).isoformat()
        except ValueError:
            pass  # a day that no calendar has: the same complaint
        raise self.error(f"{what} must be a date as YYYY-MM-DD, got {self._shown()}")

    def _kind(self) -> str:
        return str(self.node.tag).rpartition(":")[2]

    def _shown(self) -> str:
        if isinstance(self.node, yaml.ScalarNode):
            written = self.node.value if len(self.node.value) <= 40 else f"{self.node.value[:40]}…"
            return f"{written!r}" if written else "nothing"
        return "a list" if isinstance(self.node, yaml.SequenceNode) else "a mapping"


Fields = dict[str, Value]


def read_document(content: bytes, *, file: str) -> Value:
    """Return the one document of a file.

    Args:
        content: The file's bytes.
        file: What to call it in complaints.

    Raises:
        InventoryError: If it is not the YAML that this module allows.
    """
    text = _decoded(content, file=file)
    try:
        _refuse_what_can_explode(text, file=file)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        problem = " ".join(f"{error.problem or 'no YAML'} {error.context or ''}".split())
        mark = error.problem_mark or error.context_mark
        raise _error(file, mark, f"this is not YAML: {problem}", text=text) from error
    if node is None:
        raise InventoryError(f"{file}:1:1: the file is empty")
    return Value(file, node)


def _decoded(content: bytes, *, file: str) -> str:
    if len(content) > MAX_BYTES:
        raise InventoryError(f"{file}:1:1: the file has more than {MAX_BYTES} bytes")
    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise InventoryError(
            f"{file}:1:1: the file starts with a byte-order mark; save it as UTF-8 without one"
        )
    if (zero := content.find(0)) >= 0:
        before = content[:zero].decode("utf-8", errors="replace")
        raise InventoryError(
            f"{file}:{_position(before)}: the file has a zero byte, as UTF-16 has; save it as UTF-8"
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        raise InventoryError(
            f"{file}:{_position(before)}: byte 0x{content[error.start]:02x} is not UTF-8; save the "
            "file as UTF-8"
        ) from error
    if refused := _REFUSED_CHARACTER.search(text):
        code = ord(refused[0])
        name = "a tab; use spaces" if code == 9 else f"the character U+{code:04X}; remove it"
        raise InventoryError(f"{file}:{_position(text[: refused.start()])}: the file has {name}")
    return text


def _position(before: str) -> str:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{line}:{column}"


def _refuse_what_can_explode(text: str, *, file: str) -> None:
    """Walk the parser's events before anything is built from them."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_Loader):
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _error(file, mark, "anchors (&) and aliases (*) are not allowed; write it out")
        if tag := getattr(event, "tag", None):
            raise _error(file, mark, f"tags are not allowed, got {tag[:40]!r}")
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _error(file, mark, "the file must hold one document, got a second one")
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                raise _error(file, mark, f"the file has more than {MAX_NODES} values")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _error(file, mark, f"nested deeper than {MAX_DEPTH} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _error(file: str, mark: Any, message: str, *, text: str | None = None) -> InventoryError:
    line, column = mark.line, mark.column
    if text is not None and line >= (lines := max(1, len(text.splitlines()))):
        line, column = lines - 1, 0  # the C parser puts the end of the file a line too far
    return InventoryError(f"{file}:{line + 1}:{column + 1}: {message}")


def _allowed(name: str, required: Collection[str], optional: Collection[str]) -> str:
    known = [*required, *optional]
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; allowed are {', '.join(known)}"
