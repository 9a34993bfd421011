"""The stub of the native module says what the built module has: the same names, and the same parameters."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import recorded_call

from oxmcp import _native

STUB = ast.parse((Path(inspect.getfile(_native)).parent / "_native.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef)}
FUNCTIONS = {node.name: node for node in STUB.body if isinstance(node, ast.FunctionDef)}
# `Kind = Literal[…]`: a name for type checkers only.
VALUES = {node.target.id for node in STUB.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}


def public(owner: Any) -> set[str]:
    names = set(vars(owner))
    return {name for name in names if not name.startswith("_") or name == "__version__"}


def members(name: str) -> set[str]:
    """What the stub says a class has, constructor aside."""
    declared = set()
    for node in CLASSES[name].body:
        if isinstance(node, ast.FunctionDef):
            declared.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            declared.add(node.target.id)
    return declared - {"__new__", "__init__"}


def is_property(node: ast.FunctionDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "property" for mark in node.decorator_list)


def parameters(node: ast.FunctionDef) -> list[tuple[str, str]]:
    """The parameters a stub declares: kind and name, with a mark on those that may be left out."""
    given = node.args
    found = []
    optional_from = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    for index, argument in enumerate([*given.posonlyargs, *given.args]):
        found.append(("plain", argument.arg + ("?" if index >= optional_from else "")))
    for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        found.append(("keyword", argument.arg + ("" if default is None else "?")))
    return [pair for pair in found if pair[1] not in ("self", "cls")]


def signature(function: Any) -> list[tuple[str, str]]:
    """The same of something built, from its text signature."""
    found = []
    for parameter in inspect.signature(function).parameters.values():
        kind = "keyword" if parameter.kind is inspect.Parameter.KEYWORD_ONLY else "plain"
        optional = parameter.default is not inspect.Parameter.empty
        found.append((kind, parameter.name + ("?" if optional else "")))
    return [pair for pair in found if pair[1] not in ("self", "$self")]


def callables() -> Iterator[tuple[str, ast.FunctionDef, Any]]:
    for name, node in FUNCTIONS.items():
        yield name, node, getattr(_native, name)
    for owner, declared in CLASSES.items():
        built = getattr(_native, owner)
        for member in declared.body:
            if not isinstance(member, ast.FunctionDef) or is_property(member):
                continue
            made = built if member.name == "__new__" else getattr(built, member.name)
            yield f"{owner}.{member.name}", member, made


def test_the_module_and_its_stub_have_the_same_names() -> None:
    assert public(_native) == CLASSES.keys() | FUNCTIONS.keys() | VALUES


# What every exception has, and attributes that are set on each one, are not in the class.
@pytest.mark.parametrize("name", sorted(CLASSES.keys() - {"NativeError"}))
def test_a_class_and_its_stub_have_the_same_members(name: str) -> None:
    assert public(getattr(_native, name)) == members(name)


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - {"NativeError"}))
def test_what_the_stub_calls_a_property_is_one(name: str) -> None:
    built = getattr(_native, name)
    for node in CLASSES[name].body:
        if isinstance(node, ast.FunctionDef) and node.name != "__new__":
            assert callable(getattr(built, node.name)) is not is_property(node), node.name


@pytest.mark.parametrize(("name", "declared", "built"), [pytest.param(*case, id=case[0]) for case in callables()])
def test_a_function_and_its_stub_take_the_same_parameters(name: str, declared: ast.FunctionDef, built: Any) -> None:
    assert built.__text_signature__ is not None, "without one nobody can ask"
    assert parameters(declared) == signature(built)


def test_an_engine_error_says_its_kind_and_message() -> None:
    with pytest.raises(_native.NativeError) as raised:
        _native.Schema('{"type": 3}')
    assert {"kind", "message"} <= members("NativeError")
    assert raised.value.kind in _native.ErrorKinds
    assert raised.value.message


def test_the_call_that_tests_record_is_answered_like_a_real_one() -> None:
    recorded = [name for name in public(recorded_call.Call) if callable(getattr(recorded_call.Call, name))]
    assert recorded
    for name in recorded:
        real = inspect.signature(getattr(_native.Call, name)).parameters
        assert list(inspect.signature(getattr(recorded_call.Call, name)).parameters) == list(real), name
