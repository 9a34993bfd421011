"""Classes without a model as return types, and scalars that are almost what was declared."""

from __future__ import annotations

import decimal
import types
from typing import Annotated, Any, ClassVar, Optional

import pytest
from recorded_call import Call

from oxmcp.errors import InvalidDescriptorError, InvalidResult
from oxmcp.offers import return_types

pydantic = pytest.importorskip("pydantic")


class Address:
    city: str

    def __init__(self, city: str) -> None:
        self.city = city


class User:
    """Somebody."""

    name: str
    age: int = 3
    home: Optional[Address] = None
    schema: str = "a name that models keep for themselves"
    count: ClassVar[int] = 0
    _secret: str = "007"

    def __init__(self, name: str) -> None:
        self.name = name


class Slotted:
    __slots__ = ("size",)
    size: int

    def __init__(self, size: int) -> None:
        self.size = size


class Silent:
    def __init__(self) -> None:
        self.name = "nobody"

    def __str__(self) -> str:
        return "a silent one"


class Node:
    """One of a tree."""

    name: str
    parent: Node | None = None
    children: list[Node]

    def __init__(self, name: str, parent: Node | None = None) -> None:
        self.name = name
        self.parent = parent
        self.children = []


class Folder:
    files: dict[str, File]


class File:
    folder: Optional[Folder] = None


def plan_for(annotation: Any, **options: Any) -> Any:
    def tool() -> Any: ...

    tool.__annotations__["return"] = annotation
    return return_types.plan(tool, **options)


def sent(annotation: Any, value: Any) -> dict[str, Any]:
    call = Call()
    plan_for(annotation).complete(call, value)
    return call.answer


def test_a_class_with_annotations_has_a_schema_from_them() -> None:
    schema = plan_for(User).output_schema
    assert (schema["type"], schema["title"], schema["description"]) == ("object", "User", "Somebody.")
    assert list(schema["properties"]) == ["name", "age", "home", "schema"]
    assert schema["required"] == ["name"]
    assert schema["properties"]["age"]["default"] == 3
    assert plan_for(Slotted).output_schema["required"] == ["size"]


def test_its_attributes_are_the_answer() -> None:
    user = User("Ada")
    user.home = Address("Oslo")
    structured = sent(User, user)["structured"]
    assert structured.pop("schema")
    assert structured == {"name": "Ada", "age": 3, "home": {"city": "Oslo"}}
    assert sent(Slotted, Slotted(2))["structured"] == {"size": 2}
    assert sent(Slotted, {"size": 2})["structured"] == {"size": 2}
    assert sent(Slotted, types.SimpleNamespace(size=2, more=3))["structured"] == {"size": 2}
    with pytest.raises(InvalidResult, match=r"^result: must be an object$"):
        sent(Slotted, 2)


@pytest.mark.parametrize(
    ("annotation", "value", "structured"),
    [
        (list[Slotted], [Slotted(1)], [{"size": 1}]),
        (dict[str, Slotted], {"a": Slotted(1)}, {"a": {"size": 1}}),
        (Slotted | None, Slotted(1), {"size": 1}),
        (tuple[Slotted, int], (Slotted(1), 2), [{"size": 1}, 2]),
        (Annotated[list[Slotted], pydantic.Field(max_length=1)], [Slotted(1)], [{"size": 1}]),
    ],
)
def test_it_may_stand_inside_other_types(annotation: Any, value: Any, structured: Any) -> None:
    assert sent(annotation, value)["structured"] == structured


def test_an_attribute_that_is_missing_or_wrong_is_named() -> None:
    user = User("Ada")
    user.age = "many"  # type: ignore[assignment]
    del user.name
    with pytest.raises(InvalidResult, match=r"^result\.name: is required; result\.age: must be an integer$"):
        sent(User, user)
    with pytest.raises(InvalidResult, match=r"^result\[0\]\.size: must be an integer$"):
        sent(list[Slotted], [Slotted("big")])  # type: ignore[arg-type]


def tree(depth: int) -> Node:
    node = Node("0")
    for level in range(1, depth):
        node = Node(str(level), parent=node)
    return node


def test_a_class_that_holds_itself_refers_to_itself() -> None:
    schema = plan_for(Node).output_schema
    assert (schema["type"], schema["title"], schema["description"]) == ("object", "Node", "One of a tree.")
    assert list(schema["properties"]) == ["name", "parent", "children"]
    assert schema["required"] == ["name", "children"]
    (name,) = schema["$defs"]
    reference = {"$ref": f"#/$defs/{name}"}
    assert schema["properties"]["parent"] == {"anyOf": [reference, {"type": "null"}], "default": None}
    assert schema["properties"]["children"]["items"] == reference
    assert schema["$defs"][name]["properties"] == schema["properties"]


def test_classes_that_hold_one_another_refer_to_one_another() -> None:
    schema = plan_for(list[Folder]).output_schema
    assert set(schema["$defs"]) == {"Folder", "File"}
    assert schema["items"] == {"$ref": "#/$defs/Folder"}
    assert schema["$defs"]["Folder"]["properties"]["files"]["additionalProperties"] == {"$ref": "#/$defs/File"}
    folder, file = Folder(), File()
    folder.files = {"a": file}
    assert sent(list[Folder], [folder])["structured"] == [{"files": {"a": {"folder": None}}}]


def test_objects_that_hold_others_of_their_class_are_the_answer() -> None:
    root = Node("root")
    root.children = [Node("a"), Node("b")]
    leaf = {"parent": None, "children": []}
    assert sent(Node, root)["structured"] == {
        "name": "root",
        "parent": None,
        "children": [{"name": "a", **leaf}, {"name": "b", **leaf}],
    }
    root.children = [root.children[0]] * 2  # twice beside one another is no circle
    assert [child["name"] for child in sent(Node, root)["structured"]["children"]] == ["a", "a"]


def test_objects_without_an_end_are_refused_with_the_place() -> None:
    root = Node("root")
    root.children = [Node("a"), Node("b", parent=root)]
    with pytest.raises(InvalidResult, match=r"^result\.children\[1\]\.parent: the value contains itself$"):
        sent(Node, root)
    assert sent(Node, tree(100))["structured"]["name"] == "99"
    with pytest.raises(InvalidResult, match=r"^result(\.parent){100}: nested too deeply$"):
        sent(Node, tree(101))
    for depth, is_sent in ((62, True), (63, False)):  # two levels of JSON each, and what readers take is 125
        node = Node("leaf")
        for _ in range(depth - 1):
            node, node.children = Node("node"), [node]
        if is_sent:
            assert sent(Node, node)["structured"]["name"] == "node"
        else:
            with pytest.raises(InvalidResult, match=r"nested too deeply$"):
                sent(Node, node)
    folder, file = Folder(), File()
    folder.files, file.folder = {"a": file}, folder
    with pytest.raises(InvalidResult, match=r"^result\.files\.a\.folder: the value contains itself$"):
        sent(Folder, folder)


@pytest.mark.parametrize(("annotation", "value", "written"), [(Silent, Silent(), "a silent one")])
def test_a_class_that_cannot_be_described_leaves_the_decision_to_the_value(
    annotation: Any, value: Any, written: str
) -> None:
    assert plan_for(annotation).output_schema is None
    assert sent(annotation, value) == {"content": [{"type": "text", "text": written}]}
    with pytest.raises(InvalidDescriptorError, match="no JSON Schema"):
        plan_for(annotation, structured_output=True)
    with pytest.raises(InvalidResult, match="is not JSON"):
        plan_for(annotation).on_unknown("error").complete(Call(), value)


@pytest.mark.parametrize(
    ("annotation", "value", "structured"),
    [
        (float, decimal.Decimal("1.5"), 1.5),
        (float, "1.5", 1.5),
        (float, True, 1.0),
        (bool, 1, True),
        (bool, "yes", True),
        (int, "42", 42),
        (int, 2.0, 2),
        (int, True, 1),
        (Optional[float], decimal.Decimal("1.5"), 1.5),
        (list[int], ["1", 2], [1, 2]),
        (list[int], {1, 2}, [1, 2]),
        (dict[str, float], {"a": decimal.Decimal(2)}, {"a": 2.0}),
    ],
)
def test_a_value_is_read_as_its_declared_type(annotation: Any, value: Any, structured: Any) -> None:
    answer = sent(annotation, value)
    assert answer["structured"] == structured
    assert type(answer["structured"]) is type(structured)


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (int, "many", "result: must be an integer"),
        (int, 1.5, "result: must be an integer"),
        (int, None, "result: must be an integer"),
        (list[int], [1, "many"], "result[1]: must be an integer"),
        (dict[str, float], {"a": "much"}, "result.a: must be a number"),
        (str, 5, "result: must be a string"),
    ],
)
def test_what_cannot_be_read_so_is_refused_with_its_place(annotation: Any, value: Any, message: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        sent(annotation, value)
    assert str(caught.value) == message
