//! Schemas for readers that do not follow references.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use oxmcp_core::json::RawJson;
use oxmcp_core::schema::without_references;
use serde_json::{Value, json};

fn inlined(schema: &str) -> Option<String> {
    let inlined = without_references(&RawJson::parse(schema).unwrap(), 64 << 10)?;
    // What is spliced into messages must be JSON.
    RawJson::parse(inlined.as_str()).unwrap();
    Some(inlined.as_str().to_owned())
}

/// Of a schema built in memory, whose members are in alphabetical order.
fn of(schema: &Value) -> Option<Value> {
    inlined(&schema.to_string()).map(|text| serde_json::from_str(&text).unwrap())
}

#[test]
fn a_reference_gives_way_to_what_it_points_at_and_the_order_of_members_stays() {
    let schema = r##"{"type":"object","properties":{"zone":{"$ref":"#/$defs/Zone"},"at":{"items":{"$ref":"#/$defs/Zone"}}},"$defs":{"Zone":{"type":"string","enum":["b","a"]}},"required":["zone"]}"##;
    let expected = r#"{"type":"object","properties":{"zone":{"type":"string","enum":["b","a"]},"at":{"items":{"type":"string","enum":["b","a"]}}},"required":["zone"]}"#;
    assert_eq!(inlined(schema).unwrap(), expected);
}

#[test]
fn definitions_may_refer_to_others_and_be_anywhere() {
    let defs = json!({"A": {"properties": {"b": {"$ref": "#/$defs/B"}}}, "B": {"type": "integer"}});
    let whole = json!({"type": "object", "properties": {
        "a": {"$ref": "#/$defs/A"}, "again": {"anyOf": [{"$ref": "#/properties/a"}, {"type": "null"}]},
    }, "$defs": defs});
    let a = json!({"properties": {"b": {"type": "integer"}}});
    let expected =
        json!({"type": "object", "properties": {"a": a, "again": {"anyOf": [a, {"type": "null"}]}}});
    assert_eq!(of(&whole), Some(expected));
    let old = json!({"type": "object", "properties": {"a": {"$ref": "#/definitions/x~1y"}},
        "definitions": {"x/y": {"type": "null"}}});
    assert_eq!(of(&old), Some(json!({"type": "object", "properties": {"a": {"type": "null"}}})));
}

#[test]
fn annotations_beside_a_reference_count_more_than_those_of_its_target() {
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/A", "description": "here", "default": 1}},
        "$defs": {"A": {"type": "integer", "description": "there", "title": "A"}}});
    let expected =
        json!({"properties": {"a": {"type": "integer", "description": "here", "title": "A", "default": 1}}});
    assert_eq!(of(&schema), Some(expected));
    // Through a chain, the nearest counts most.
    let chain = json!({"properties": {"a": {"$ref": "#/$defs/A", "title": "1"}}, "$defs": {
        "A": {"$ref": "#/$defs/B", "title": "2", "description": "2"}, "B": {"type": "null", "description": "3"}}});
    let expected = json!({"properties": {"a": {"type": "null", "title": "1", "description": "2"}}});
    assert_eq!(of(&chain), Some(expected));
}

#[test]
fn what_else_stands_beside_a_reference_applies_together_with_its_target() {
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/A", "maxLength": 3, "allOf": [{"minLength": 1}]}},
        "$defs": {"A": {"type": "string", "maxLength": 9}}});
    let both = json!([{"minLength": 1}, {"type": "string", "maxLength": 9}]);
    assert_eq!(of(&schema), Some(json!({"properties": {"a": {"maxLength": 3, "allOf": both}}})));
    let bare = json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": true}});
    assert_eq!(of(&bare), Some(json!({"properties": {"a": {"allOf": [true]}}})));
    // Up to draft 7 it applies to nothing.
    let old = json!({"$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"a": {"$ref": "#/definitions/A", "maxLength": 3}}, "definitions": {"A": {"type": "string"}}});
    assert_eq!(of(&old).unwrap()["properties"], json!({"a": {"type": "string"}}));
}

#[test]
fn what_contains_itself_keeps_its_definition_and_all_else_is_written_out() {
    let node = json!({"properties": {"next": {"$ref": "#/$defs/Node"}, "at": {"$ref": "#/$defs/Place"}}});
    let schema = json!({"type": "object", "properties": {"first": {"$ref": "#/$defs/Node"}, "at": {"$ref": "#/$defs/Place"}},
        "$defs": {"Node": node, "Place": {"type": "string"}, "Unused": {"$ref": "#/$defs/Place"}}});
    let place = json!({"type": "string"});
    let node = json!({"properties": {"next": {"$ref": "#/$defs/Node"}, "at": place}});
    let expected = json!({"type": "object", "properties": {"first": {"$ref": "#/$defs/Node"}, "at": place},
        "$defs": {"Node": node}});
    assert_eq!(of(&schema), Some(expected));
}

#[test]
fn a_schema_that_is_one_circle_stays_as_it_is() {
    let itself = r##"{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}}}"##;
    assert_eq!(inlined(itself), None);
    let mutual = r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"items":{"$ref":"#/$defs/B"}},"B":{"items":{"$ref":"#/$defs/A"}}}}"##;
    assert_eq!(inlined(mutual), None);
    // Not to be moved: it is referred to where it stands.
    let inside = json!({"properties": {"a": {"properties": {"again": {"$ref": "#/properties/a"}}}}});
    assert_eq!(of(&inside), None);
    let alone = json!({"properties": {"a": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"$ref": "#/$defs/A"}}});
    assert_eq!(of(&alone), None);
}

#[test]
fn the_root_says_what_it_is_even_if_it_contains_itself() {
    let node = json!({"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}});
    let schema = json!({"$ref": "#/$defs/Node", "title": "Tree", "$defs": {"Node": node}});
    let expected = json!({"type": "object", "title": "Tree", "properties": {"next": {"$ref": "#/$defs/Node"}},
        "$defs": {"Node": node}});
    assert_eq!(of(&schema), Some(expected));
}

#[test]
fn data_that_looks_like_a_reference_is_none() {
    let data = json!({"$ref": "#/$defs/A"});
    let schema = json!({"properties": {"$ref": {"type": "string"}, "a": {"$ref": "#/$defs/A"},
        "c": {"const": data, "default": data, "enum": [data], "examples": [data], "x-more": data}},
        "$defs": {"A": {"type": "null"}}});
    let expected = json!({"properties": {"$ref": {"type": "string"}, "a": {"type": "null"},
        "c": {"const": data, "default": data, "enum": [data], "examples": [data], "x-more": data}}});
    assert_eq!(of(&schema), Some(expected));
}

#[test]
fn a_discriminator_that_names_definitions_goes_with_them() {
    let variants = json!([{"$ref": "#/$defs/Cat"}]);
    let mapping = json!({"propertyName": "kind", "mapping": {"cat": "#/$defs/Cat"}});
    let schema = json!({"properties": {"pet": {"oneOf": variants, "discriminator": mapping}},
        "$defs": {"Cat": {"type": "object"}}});
    assert_eq!(of(&schema), Some(json!({"properties": {"pet": {"oneOf": [{"type": "object"}]}}})));
}

#[test]
fn where_it_cannot_be_done_nothing_is_done() {
    for (definitions, reference) in [
        (json!({}), "#/$defs/Missing"),
        (json!({}), "https://example.com/schema"),
        (json!({}), "other.json#/$defs/A"),
        (json!({"A": {"$anchor": "a"}}), "#a"),
        (json!({"A": {"$anchor": "a"}}), "#/$defs/A"),
        (json!({"A": {"$id": "https://example.com/a"}}), "#/$defs/A"),
        (json!({"A": {"$dynamicRef": "#a"}}), "#/$defs/A"),
    ] {
        let schema = json!({"properties": {"a": {"$ref": reference}}, "$defs": definitions});
        assert_eq!(of(&schema), None, "{schema}");
    }
    assert_eq!(inlined(r#"{"type":"object","properties":{"a":{"type":"string"}}}"#), None);
}

#[test]
fn the_result_is_bounded_however_much_the_references_multiply() {
    // 2^40 copies of one definition.
    let mut definitions = serde_json::Map::new();
    for level in 0..40 {
        let next = json!({"$ref": format!("#/$defs/L{}", level + 1)});
        definitions.insert(format!("L{level}"), json!({"properties": {"a": next, "b": next}}));
    }
    definitions.insert("L40".to_owned(), json!({"type": "string"}));
    let schema = json!({"properties": {"a": {"$ref": "#/$defs/L0"}}, "$defs": definitions});
    assert_eq!(of(&schema), None);
    // A chain that would be nested deeper than readers go.
    let mut definitions = serde_json::Map::new();
    for level in 0..300 {
        let next = json!({"$ref": format!("#/$defs/L{}", level + 1)});
        definitions.insert(format!("L{level}"), json!({"items": next}));
    }
    definitions.insert("L300".to_owned(), json!({"type": "string"}));
    assert_eq!(of(&json!({"items": {"$ref": "#/$defs/L0"}, "$defs": definitions})), None);
    let small = json!({"properties": {"a": {"$ref": "#/$defs/A"}, "b": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"description": "x".repeat(100)}}});
    let text = RawJson::from_value(&small);
    assert!(without_references(&text, 400).is_some());
    assert_eq!(without_references(&text, 200), None);
}
