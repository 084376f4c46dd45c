"""YAML read strictly, remembering the line of every value.

Stricter than YAML itself, because these files are written by people who do not write YAML every day: no tabs,
no key twice, no anchors or tags, and `yes`, `no`, times and dates stay the text they look like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

Path = tuple[str | int, ...]

DEEPEST = 40


class UnreadableYamlError(ValueError):
    """The text is not YAML that can be read; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line
        self.text = text


@dataclass(frozen=True, slots=True)
class LinedYaml:
    """`content`: dicts, lists, text, numbers, true, false, None. `lines`: the line of each, by its path."""

    content: Any
    lines: dict[Path, int]

    def line_of(self, path: Path) -> int:
        """The line of the value at `path`, or of the nearest thing around it that is in the file."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Loader(yaml.CSafeLoader):
    """The safe loader without YAML 1.1's surprises: `no` is not False and 07:30 is not 450."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}


_TAG = "tag:yaml.org,2002:"
_Loader.add_implicit_resolver(_TAG + "bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(_TAG + "null", re.compile(r"^(?:null|~|)$"), ["n", "~", ""])
_Loader.add_implicit_resolver(_TAG + "int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(_TAG + "float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789"))


def read_yaml(text: str) -> LinedYaml:
    """The content of one YAML document and the line of each of its values.

    Raises: UnreadableYamlError with the line and what to do.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise UnreadableYamlError(number, "The line begins with a tab. Use spaces instead.")
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise UnreadableYamlError(1, "The file is empty. Write the definition or remove the file.")
        lines: dict[Path, int] = {(): 1}
        return LinedYaml(_content(loader, node, (), lines, set()), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it is not YAML"
        advice = f"This is not YAML that can be read: {problem}. Check indents, colons and quotation marks here."
        raise UnreadableYamlError(1 if mark is None else mark.line + 1, advice) from error
    except yaml.reader.ReaderError as error:
        number = text.count("\n", 0, error.position) + 1
        advice = "The file holds a character that YAML does not allow. Remove it."
        raise UnreadableYamlError(number, advice) from error
    finally:
        loader.dispose()


def _content(loader: _Loader, node: Any, path: Path, lines: dict[Path, int], seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in seen or len(path) > DEEPEST:  # a node met twice is an alias, which can grow without end
        raise UnreadableYamlError(line, "Anchors (&, *) and deep nesting are not used here. Write it out in full.")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise UnreadableYamlError(key_line, "A field name must be plain text.")
            key = key_node.value
            if key in mapping:
                raise UnreadableYamlError(key_line, f"'{key}' is written twice here. Keep one of them.")
            lines[(*path, key)] = key_line
            mapping[key] = _content(loader, value_node, (*path, key), lines, seen)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_content(loader, item, (*path, place), lines, seen) for place, item in enumerate(node.value)]
    match node.tag.removeprefix(_TAG):
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return _number(int, node.value, line)
        case "float":
            return _number(float, node.value, line)
        case "str":
            return node.value
    raise UnreadableYamlError(line, f"The tag {node.tag} is not used here. Remove it.")


def _number(kind: type[int] | type[float], text: str, line: int) -> int | float:
    try:
        return kind(text)
    except ValueError:
        raise UnreadableYamlError(line, f"{text[:20]}… is not a number that can be used.") from None
