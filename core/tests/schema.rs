//! Schemas: what compiles, what is refused, what callers are told, and what is converted.
//! Mostly tables of cases, which is why it is long.

#![expect(clippy::expect_used, reason = "helpers of tests end the test")]

use std::ops::Deref;
use std::time::{Duration, Instant};

use oxmcp_core::error::ErrorKind;
use oxmcp_core::json::{MAX_DEPTH, RawJson};
use oxmcp_core::schema::{
    Checked, CompiledSchema, HeaderParameter, ParameterKind, SchemaLimits, Violations, header_parameters,
    require_object,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn raw(value: &Value) -> RawJson {
    RawJson::from_value(value)
}

fn text(text: &str) -> RawJson {
    RawJson::parse(text).expect(text)
}

/// A schema whose every check in these tests is made in both ways, over the text and with a tree.
struct Schema(CompiledSchema);

impl Schema {
    fn check(&self, instance: &RawJson) -> Result<(), Violations> {
        let verdict = self.0.check(instance);
        assert_eq!(verdict, self.0.check_tree(instance), "{instance}");
        assert!(self.0.check_text(instance).is_none_or(|valid| valid == verdict.is_ok()), "{instance}");
        verdict
    }
}

impl Deref for Schema {
    type Target = CompiledSchema;

    fn deref(&self) -> &CompiledSchema {
        &self.0
    }
}

fn compile(schema: &Value) -> Schema {
    Schema(CompiledSchema::compile(&raw(schema), &SchemaLimits::default()).expect("the schema compiles"))
}

fn refused(schema: &Value) -> String {
    let error =
        CompiledSchema::compile(&raw(schema), &SchemaLimits::default()).expect_err("the schema is refused");
    assert_eq!(error.kind(), ErrorKind::InvalidSchema);
    error.to_string()
}

/// What a caller is told about an instance.
fn told(schema: &Value, instance: &Value) -> String {
    compile(schema).check(&raw(instance)).expect_err("the instance is refused").to_string()
}

fn converted(schema: &Value, instance: &str) -> Option<String> {
    match compile(schema).check_arguments(&text(instance), true) {
        Ok(Checked::Converted(converted)) => Some(converted.to_string()),
        Ok(Checked::AsIs) | Err(_) => None,
    }
}

#[test]
fn what_people_write_for_true_and_false_is_read_where_a_schema_asks_for_that() {
    let flag = json!({"properties": {"b": {"type": "boolean"}}});
    for (given, meant) in [
        ("\"True\"", "true"),
        ("\"FALSE\"", "false"),
        ("\" yes \"", "true"),
        ("\"off\"", "false"),
        ("\"1\"", "true"),
        ("1", "true"),
        ("0", "false"),
        ("1.0", "true"),
    ] {
        let converted = converted(&flag, &format!(r#"{{"b":{given},"kept":1.10}}"#));
        assert_eq!(converted.as_deref(), Some(&*format!(r#"{{"b":{meant},"kept":1.10}}"#)), "{given}");
    }
    let list = json!({"properties": {"l": {"items": {"type": ["boolean", "null"]}}}});
    assert_eq!(converted(&list, r#"{"l":[1,"no",null]}"#).as_deref(), Some(r#"{"l":[true,false,null]}"#));
    let in_text = json!({"properties": {"l": {"type": "array", "items": {"type": "boolean"}}}});
    assert_eq!(converted(&in_text, r#"{"l":"[1, \"No\"]"}"#).as_deref(), Some(r#"{"l":[true,false]}"#));
    for given in ["2", "\"maybe\"", "\"\"", "[1]", "null", "-1"] {
        assert_eq!(converted(&flag, &format!(r#"{{"b":{given}}}"#)), None, "{given}");
    }
    for schema in
        [json!({"type": ["boolean", "string"]}), json!({"type": "string"}), json!({"type": "integer"})]
    {
        let either = json!({"properties": {"b": schema}});
        assert_eq!(converted(&either, r#"{"b":"True"}"#), None, "{either}");
    }
}

#[test]
fn the_default_dialect_is_2020_12() {
    // SCH-1: `prefixItems` is new in 2020-12, `items` as a list was before it.
    let schema = compile(&json!({"prefixItems": [{"type": "string"}]}));
    assert!(schema.check(&text("[1]")).is_err());
    assert!(refused(&json!({"items": [{"type": "string"}]})).contains("items"));
}

#[test]
fn a_declared_dialect_is_followed_and_an_unknown_one_refused() {
    // SCH-2
    for draft in ["draft-04", "draft-06", "draft-07", "draft/2019-09"] {
        let uri = format!("http://json-schema.org/{draft}/schema#");
        let schema = compile(&json!({"$schema": uri, "items": [{"type": "string"}]}));
        assert!(schema.check(&text("[1]")).is_err(), "{draft}");
    }
    assert!(refused(&json!({"$schema": "https://example.com/mine"})).contains("https://example.com/mine"));
    assert!(refused(&json!({"$schema": 7})).contains("$schema"));
}

#[test]
fn a_schema_must_be_valid_for_its_dialect() {
    // SCH-3
    assert_eq!(
        refused(&json!({"properties": {"a": {"type": "objekt"}}})),
        "the schema is not valid: properties.a.type: must be one of \"array\", \"boolean\", \"integer\", \"null\", \
         \"number\", \"object\", \"string\""
    );
    assert!(refused(&json!({"minLength": -1})).contains("minLength: must be at least 0"));
    assert!(refused(&json!([])).contains("a schema is an object"));
    assert!(refused(&json!({"required": "a"})).contains("required: must be an array"));
}

#[test]
fn references_do_not_leave_the_document() {
    // SCH-4, SCH-5
    for reference in
        ["http://127.0.0.1:1/x", "https://example.com/x#/y", "file:///etc/passwd", "other.json", "urn:x"]
    {
        let message = refused(&json!({"properties": {"a": {"$ref": reference}}}));
        assert!(message.contains("only references within the schema are followed"), "{reference}: {message}");
    }
    assert!(refused(&json!({"$ref": "#/$defs/none"})).contains("leads nowhere"));
}

#[test]
fn references_within_the_document_are_followed() {
    // SCH-7
    for reference in
        ["#/$defs/a~1b%25", "#name", "inner.json", "https://example.com/schemas/inner.json#/$defs/deep"]
    {
        let schema = compile(&json!({
            "$id": "https://example.com/schemas/outer.json",
            "properties": {"x": {"$ref": reference}},
            "$defs": {
                "a/b%": {"type": "integer"},
                "named": {"$anchor": "name", "type": "integer"},
                "inner": {"$id": "inner.json", "type": "integer", "$defs": {"deep": {"type": "integer"}}},
            },
        }));
        assert!(schema.check(&text(r#"{"x":1}"#)).is_ok(), "{reference}");
        assert!(schema.check(&text(r#"{"x":"1"}"#)).is_err(), "{reference}");
    }
    let tree = compile(
        &json!({"$dynamicAnchor": "n", "type": "object", "properties": {"child": {"$dynamicRef": "#n"}}}),
    );
    assert!(tree.check(&text(r#"{"child":{"child":{}}}"#)).is_ok());
    assert!(tree.check(&text(r#"{"child":{"child":1}}"#)).is_err());
    compile(&json!({"properties": {"schema": {"$ref": "https://json-schema.org/draft/2020-12/schema"}}}));
}

#[test]
fn the_size_of_a_schema_is_limited() {
    // SCH-6
    let limits = SchemaLimits { max_bytes: 200, max_depth: 8, max_subschemas: 5 };
    let why = |schema: Value| {
        CompiledSchema::compile(&raw(&schema), &limits).map(drop).map_err(|error| error.to_string())
    };
    assert!(why(json!({"description": "x".repeat(200)})).is_err_and(|why| why.contains("200 bytes")));
    assert!(why(json!({"const": [[[[[[[[0]]]]]]]]})).is_err_and(|why| why.contains("deeper than 8")));
    assert!(why(json!({"allOf": [true, true, true, true]})).is_ok());
    assert!(
        why(json!({"allOf": [true, true, true, true, true]})).is_err_and(|why| why.contains("5 subschemas"))
    );
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    assert!(CompiledSchema::compile(&RawJson::from_checked(deep), &limits).is_err());
    let repeated = RawJson::from_checked(r#"{"type":"string","type":"integer"}"#);
    assert!(CompiledSchema::compile(&repeated, &SchemaLimits::default()).is_err());
}

/// `a0` is all of `a1` and `a1`, which is all of `a2` and `a2`, and so on.
fn doubling(levels: usize, combine: impl Fn(Value) -> Value) -> Value {
    let mut definitions = serde_json::Map::new();
    for level in 0..levels {
        definitions.insert(format!("a{level}"), combine(json!({"$ref": format!("#/$defs/a{}", level + 1)})));
    }
    definitions.insert(format!("a{levels}"), json!({"type": "string"}));
    json!({"$defs": definitions, "properties": {"x": {"$ref": "#/$defs/a0"}}})
}

#[test]
fn schemas_that_multiply_by_reference_are_refused() {
    // SCH-6
    for keyword in ["allOf", "anyOf", "oneOf"] {
        assert!(refused(&doubling(40, |next| json!({keyword: [next, next]}))).contains("combines too many"));
        compile(&doubling(4, |next| json!({keyword: [next, next]})));
    }
    let unevaluated = |next| json!({"anyOf": [next, next], "unevaluatedProperties": false});
    assert!(refused(&doubling(40, unevaluated)).contains("combines too many"));
}

#[test]
fn a_schema_that_refers_to_itself_for_the_same_value_is_refused() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}),
    ] {
        assert!(refused(&schema).contains("refers to itself"));
    }
}

#[test]
fn a_recursive_schema_takes_the_deepest_instance_on_a_small_stack() {
    // SCH-6: the stack of a worker thread.
    let chain = |length: usize| {
        let mut definitions = serde_json::Map::new();
        for index in 0..length {
            definitions
                .insert(format!("a{index}"), json!({"allOf": [{"$ref": format!("#/$defs/a{}", index + 1)}]}));
        }
        definitions.insert(
            format!("a{length}"),
            json!({"properties": {"c": {"$ref": "#/$defs/a0"}}, "type": "object"}),
        );
        json!({"$defs": definitions, "$ref": "#/$defs/a0"})
    };
    assert!(refused(&chain(100)).contains("every level of its recursion"));
    let run = move || {
        let schema = compile(&chain(6));
        for leaf in ["{}", "1"] {
            let instance = format!("{}{leaf}{}", r#"{"c":"#.repeat(MAX_DEPTH - 1), "}".repeat(MAX_DEPTH - 1));
            assert_eq!(schema.check(&RawJson::from_checked(instance)).is_ok(), leaf == "{}");
        }
        let instance = format!("{}1{}", r#"{"c":"#.repeat(100_000), "}".repeat(100_000));
        let told = schema.check(&RawJson::from_checked(instance)).expect_err("too deep").to_string();
        assert_eq!(told, "the value is not JSON, or is nested too deep");
    };
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(run).expect("a thread");
    worker.join().expect("no overflow");
}

#[test]
fn explaining_does_not_take_exponential_time() {
    // Each level fits neither form, so that listing everything would double with each of them.
    let schema = compile(&json!({
        "$defs": {"node": {"anyOf": [
            {"properties": {"kind": {"const": "a"}, "child": {"$ref": "#/$defs/node"}}, "required": ["child"]},
            {"properties": {"child": {"$ref": "#/$defs/node"}}, "required": ["child"]},
        ]}},
        "$ref": "#/$defs/node",
    }));
    let begin = Instant::now();
    for levels in [3, 10, 20, 60, 120] {
        let instance = format!("{}{{}}{}", r#"{"child":"#.repeat(levels), "}".repeat(levels));
        let instance = RawJson::from_checked(instance);
        assert!(schema.check(&instance).is_err());
        assert!(schema.check_arguments(&instance, true).is_err());
    }
    let wide = compile(&json!({"items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}));
    let instance = RawJson::from_checked(format!("[{}\"x\"]", "\"x\",".repeat(500_000)));
    assert_eq!(wide.check(&instance).expect_err("strings").to_string(), "[0]: must be an integer or null");
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
}

#[test]
fn format_is_an_annotation_and_patterns_are_linear() {
    // SCH-8
    assert!(compile(&json!({"format": "email"})).check(&text("\"no\"")).is_ok());
    let draft_7 = json!({"$schema": "http://json-schema.org/draft-07/schema#", "format": "ipv4"});
    assert!(compile(&draft_7).check(&text("\"no\"")).is_ok());
    let schema = compile(&json!({"pattern": "^(a+)+$"}));
    let begin = Instant::now();
    assert!(schema.check(&raw(&json!("a".repeat(50_000) + "b"))).is_err());
    assert!(begin.elapsed() < Duration::from_secs(5));
    compile(&json!({"pattern": "(?:)"}));
}

#[test]
fn look_around_and_back_references_are_followed() {
    // SCH-8
    for (pattern, good, bad) in [
        ("^(?!undefined$|null$)", "x", "null"),
        ("^(?=.*[0-9]).{8,}$", "zzzzzzz9", "zzzzzzzz"),
        (r"^(a)\1$", "aa", "ab"),
        ("(?<=-)x$", "-x", "x"),
        ("(?<!-)x$", "x", "-x"),
        (r"^(x?)(?<q>['`])(.*)\k<q>0$", "'x'0", "'x`0"),
        ("^(?=[a-z]+$)(?:ab|a)bc$", "abc", "aBc"),
    ] {
        let schema = compile(&json!({"properties": {"x": {"pattern": pattern}}}));
        assert_eq!(schema.check(&raw(&json!({"x": good}))), Ok(()), "{pattern}");
        let told = schema.check(&raw(&json!({"x": bad}))).expect_err(pattern).to_string();
        assert!(told.starts_with("x: must match the pattern "), "{told}");
    }
    // The classes are those of ECMA-262.
    for (pattern, good, bad) in [(r"^(?=\d)[\w-]+$", "1a-", "٣a"), (r"^(?!\D)\W*\w$", "1", "é")] {
        let schema = compile(&json!({"pattern": pattern, "default": {"pattern": pattern}}));
        assert!(
            schema.check(&raw(&json!(good))).is_ok() && schema.check(&raw(&json!(bad))).is_err(),
            "{pattern}"
        );
    }
    let names = compile(&json!({"patternProperties": {"^(?!x-)": {"type": "integer"}}}));
    assert!(names.check(&text(r#"{"a":1,"x-b":"1"}"#)).is_ok());
    assert_eq!(names.check(&text(r#"{"a":"1"}"#)).expect_err("text").to_string(), "a: must be an integer");
}

#[test]
fn patterns_that_backtrack_end_soon_and_refuse_what_they_cannot_decide() {
    // SCH-8
    let exponential = r"^(?:(a|aa|aaa)+\1x|b)+$";
    let square = "(?=[^x]*x[^y]*y)a";
    for (schema, name) in [
        (json!({"pattern": exponential}), "exponential"),
        (json!({"not": {"pattern": exponential}}), "not exponential"),
        (json!({"pattern": square}), "square"),
    ] {
        let schema = compile(&json!({"properties": {"l": {"items": schema}}}));
        for (length, count) in [(25, 1), (400, 1), (30, 30), (30, 3_000), (100_000, 1), (1_000_000, 1)] {
            let arguments = raw(&json!({"l": vec!["a".repeat(length); count]}));
            let begin = Instant::now();
            let told = schema.check_arguments(&arguments, true);
            assert!(name == "square" || told.is_err(), "{name} {length} {count}");
            assert!(begin.elapsed() < Duration::from_secs(5), "{name} {length} {count}");
        }
    }
}

#[test]
fn a_broken_pattern_is_said_to_be_broken() {
    for (pattern, flaw) in [
        ("(a", "Opening parenthesis without closing parenthesis"),
        ("[z-a]", "the start must be <= the end"),
        (r"(?!a)(", "Opening parenthesis without closing parenthesis"),
        ("a{2,1}", "a{2,1}"),
    ] {
        let told = refused(&json!({"properties": {"x": {"pattern": pattern}}}));
        assert!(told.starts_with("properties.x.pattern in the schema is not a regular expression"), "{told}");
        assert!(told.contains(flaw), "{told}");
    }
}

#[test]
fn each_problem_is_told_in_plain_words() {
    let cases = [
        (json!({"type": "integer"}), json!("x"), "must be an integer"),
        (json!({"type": ["null", "string", "boolean"]}), json!(1), "must be true or false, a string or null"),
        (json!({"enum": ["a", "b", null]}), json!(1), "must be one of \"a\", \"b\", null"),
        (json!({"enum": ["a"]}), json!(1), "must be \"a\""),
        (json!({"const": {"a": 1}}), json!(1), "must be {\"a\":1}"),
        (json!({"minimum": 2}), json!(1), "must be at least 2"),
        (json!({"maximum": 0.5}), json!(1), "must be at most 0.5"),
        (json!({"exclusiveMinimum": 1}), json!(1), "must be more than 1"),
        (json!({"exclusiveMaximum": 1}), json!(1), "must be less than 1"),
        (json!({"multipleOf": 2}), json!(1), "must be a multiple of 2"),
        (json!({"minLength": 1}), json!(""), "must have at least 1 character"),
        (json!({"maxLength": 2}), json!("xyz"), "must have at most 2 characters"),
        (json!({"minItems": 1}), json!([]), "must have at least 1 item"),
        (json!({"maxItems": 0}), json!([1]), "must have at most 0 items"),
        (json!({"minProperties": 1}), json!({}), "must have at least 1 field"),
        (json!({"maxProperties": 0}), json!({"a": 1}), "must have at most 0 fields"),
        (json!({"uniqueItems": true}), json!([1, 1]), "must not have the same item twice"),
        (json!({"pattern": "^a$"}), json!("b"), "must match the pattern ^a$"),
        (json!({"contains": {"const": 1}}), json!([]), "lacks an item that it must contain"),
        (json!({"not": {"type": "null"}}), json!(null), "is one of the values that are excluded here"),
        (json!(false), json!(1), "is not allowed here"),
        (json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}), json!("x"), "must be an integer or null"),
        (
            json!({"anyOf": [{"type": "integer", "minimum": 5}, {"type": "null"}]}),
            json!(3),
            "must be at least 5",
        ),
        (
            json!({"anyOf": [{"minimum": 5}, {"multipleOf": 4}]}),
            json!(3),
            "fits none of the 2 forms that are allowed here",
        ),
        (
            json!({"oneOf": [{"minimum": 1}, {"minimum": 2}]}),
            json!(3),
            "fits more than one of several forms that exclude each other",
        ),
    ];
    for (schema, instance, expected) in cases {
        assert_eq!(told(&schema, &instance), format!("the value {expected}"));
        let field = json!({"properties": {"field": schema}});
        assert_eq!(told(&field, &json!({"field": instance})), format!("field: {expected}"));
    }
}

#[test]
fn fields_are_named_by_their_path() {
    let schema = json!({
        "type": "object",
        "properties": {
            "filters": {"type": "array", "items": {
                "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false,
            }},
            "odd name": {"type": "integer"},
        },
        "required": ["city"],
        "propertyNames": {"pattern": "^[a-z ]+$"},
    });
    let instance = json!({"filters": [{"name": 1}, {"nam": "x"}], "odd name": "secret", "X": 1});
    let told = told(&schema, &instance);
    for expected in [
        "filters[0].name: must be a string",
        "filters[1].name: is required",
        "filters[1].nam: is not a known field",
        "[\"odd name\"]: must be an integer",
        "city: is required",
        "X: is not an allowed name for a field",
    ] {
        assert!(told.contains(expected), "{expected:?} is not in {told:?}");
    }
    assert!(!told.contains("secret"));
}

#[test]
fn a_tagged_union_tells_what_is_wrong_for_the_tag_that_was_given() {
    let schema = json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]},
        {"type": "object", "properties": {"kind": {"const": "dog"}, "tail": {"type": "number"}}, "required": ["kind", "tail"]},
    ]});
    assert_eq!(told(&schema, &json!({"kind": "cat"})), "lives: is required");
    assert_eq!(told(&schema, &json!({"kind": "dog", "tail": "x"})), "tail: must be a number");
    let arguments = text(r#"{"kind":"cat","lives":"many","tail":"1"}"#);
    assert_eq!(
        compile(&schema).check_arguments(&arguments, true).expect_err("wrong").to_string(),
        "lives: must be an integer"
    );
}

#[test]
fn a_tagged_union_tells_which_tags_there_are() {
    let form = |tag: Value| json!({"type": "object", "properties": {"kind": tag, "name": {"type": "string"}}, "required": ["kind", "name"]});
    let schema = json!({"anyOf": [form(json!({"const": "cat"})), form(json!({"enum": ["dog", "wolf"]})), {"type": "null"}]});
    assert_eq!(
        told(&schema, &json!({"kind": "cow", "name": "x"})),
        "kind: must be one of \"cat\", \"dog\", \"wolf\""
    );
    assert_eq!(told(&schema, &json!({"name": "x"})), "kind: is required");
    assert_eq!(
        told(&schema, &json!({"kind": "cow"})),
        "name: is required; kind: must be one of \"cat\", \"dog\", \"wolf\""
    );
    assert_eq!(
        told(&json!({"properties": {"pet": schema}}), &json!({"pet": {"kind": "dog"}})),
        "pet.name: is required"
    );
}

#[test]
fn one_wrong_argument_leaves_its_neighbours_alone() {
    let schema = compile(&json!({"properties": {
        "id": {"type": "integer"},
        "limit": {"type": "integer"},
        "where": {"type": "object", "properties": {"x": {"type": "number"}, "y": {"type": "number"}}},
        "shape": {"anyOf": [{"type": "object", "properties": {"r": {"type": "number"}, "n": {"type": "integer"}}}, {"type": "null"}]},
    }}));
    for (arguments, expected) in [
        (r#"{"id":"1","limit":"many"}"#, "limit: must be an integer"),
        (r#"{"id":"1","where":"{\"x\":\"2\",\"y\":\"north\"}"}"#, "where.y: must be a number"),
        (r#"{"id":"1","where":{"x":"2","y":"north"}}"#, "where.y: must be a number"),
        (r#"{"id":"1","shape":{"r":"2","n":"few"}}"#, "shape.n: must be an integer"),
        (r#"{"id":"1","shape":"{\"r\":\"2\",\"n\":\"few\"}"}"#, "shape.n: must be an integer"),
    ] {
        let told = schema.check_arguments(&text(arguments), true).expect_err(arguments);
        assert_eq!(told.to_string(), expected, "{arguments}");
    }
    let strict = schema.check_arguments(&text(r#"{"id":"1","limit":"many"}"#), false).expect_err("strict");
    assert_eq!(strict.to_string(), "id: must be an integer; limit: must be an integer");
}

#[test]
fn only_so_many_problems_are_shown() {
    let told = told(&json!({"items": {"type": "integer"}}), &json!(vec!["x"; 25]));
    assert_eq!(told.matches("must be an integer").count(), 10);
    assert!(told.ends_with("; and 15 more"));
}

#[test]
fn names_and_paths_are_not_repeated_at_any_length() {
    let told_about = |name: &str| told(&json!({"additionalProperties": false}), &json!({name: 1}));
    assert!(told_about(&"k".repeat(1_000)).len() < 150);
    let deep = json!({"$defs": {"n": {"type": "object", "additionalProperties": {"$ref": "#/$defs/n"}}}, "$ref": "#/$defs/n"});
    let instance = (0..100).fold(json!(1), |inner, _| json!({"a long name for a field": inner}));
    assert!(told(&deep, &instance).len() < 400);
}

#[test]
fn valid_arguments_are_left_as_they_are() {
    let schema = compile(&json!({"properties": {"n": {"type": "integer"}}}));
    for arguments in [r#"{"n":42}"#, r#"{ "n" : 42.0 }"#, r#"{"n":18446744073709551615,"other":"1"}"#] {
        assert_eq!(schema.check_arguments(&text(arguments), true), Ok(Checked::AsIs), "{arguments}");
    }
}

#[test]
fn strings_that_spell_the_wanted_value_are_converted() {
    let schema = json!({
        "$defs": {"point": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}},
        "properties": {
            "n": {"type": "integer"},
            "f": {"type": "number"},
            "b": {"type": "boolean"},
            "l": {"type": "array", "items": {"type": "integer"}},
            "o": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "ol": {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]},
            "p": {"$ref": "#/$defs/point"},
            "e": {"enum": [1, 2]},
            "s": {"type": "string"},
        },
    });
    for (arguments, expected) in [
        (r#"{"n":"42"}"#, r#"{"n":42}"#),
        (r#"{"n":" -7 "}"#, r#"{"n":-7}"#),
        (r#"{"n":"42.0"}"#, r#"{"n":42.0}"#),
        (r#"{"f":"1e3"}"#, r#"{"f":1e3}"#),
        (r#"{"b":"true"}"#, r#"{"b":true}"#),
        (r#"{"l":"[1, 2]"}"#, r#"{"l":[1, 2]}"#),
        (r#"{"l":["1",2,"3"]}"#, r#"{"l":[1,2,3]}"#),
        (r#"{"l":"[\"1\", 2]"}"#, r#"{"l":[1,2]}"#),
        (r#"{"o":"5"}"#, r#"{"o":5}"#),
        (r#"{"o":"null"}"#, r#"{"o":null}"#),
        (r#"{"ol":["1"]}"#, r#"{"ol":[1]}"#),
        (r#"{"p":"{\"x\": \"1.5\"}"}"#, r#"{"p":{"x":1.5}}"#),
        (r#"{"e":"2"}"#, r#"{"e":2}"#),
        // Everything else keeps its text and its place.
        (
            r#"{"z": 123456789012345678901234567890, "n": "1", "a": [1.50,  {"k~/":"\u0041"}], "s": "2"}"#,
            r#"{"z":123456789012345678901234567890,"n":1,"a":[1.50,  {"k~/":"\u0041"}],"s":"2"}"#,
        ),
        (r#"{"l":"[18446744073709551616]"}"#, r#"{"l":[18446744073709551616]}"#),
    ] {
        assert_eq!(converted(&schema, arguments).as_deref(), Some(expected), "{arguments}");
    }
}

/// An integer beyond 64 bits and its neighbours, which one double stands for.
const BIG: [&str; 3] =
    ["123456789012345678901234567889", "123456789012345678901234567890", "123456789012345678901234567891"];

#[test]
fn integers_beyond_64_bits_are_compared_exactly() {
    let [less, big, more] = BIG;
    for (keywords, right, wrong, problem) in [
        (format!(r#""const":{big}"#), vec![big], vec![less, more, "1"], format!("must be {big}")),
        (
            format!(r#""enum":[1,{big}]"#),
            vec![big, "1"],
            vec![less, more],
            format!("must be one of 1, {big}"),
        ),
        (
            format!(r#""enum":[[{big}]]"#),
            vec!["[123456789012345678901234567890]"],
            vec!["[123456789012345678901234567891]"],
            format!("must be [{big}]"),
        ),
        (
            format!(r#""minimum":{big}"#),
            vec![big, more],
            vec![less, "5", "-123456789012345678901234567890"],
            format!("must be at least {big}"),
        ),
        (
            format!(r#""maximum":{big}"#),
            vec![big, less, "5", "-1e40"],
            vec![more, "1e30"],
            format!("must be at most {big}"),
        ),
        (
            format!(r#""exclusiveMinimum":{big}"#),
            vec![more],
            vec![big, less],
            format!("must be more than {big}"),
        ),
        (
            format!(r#""exclusiveMaximum":{big}"#),
            vec![less],
            vec![big, more],
            format!("must be less than {big}"),
        ),
        (
            format!(r#""minimum":-{big}"#),
            vec!["-123456789012345678901234567890", "-123456789012345678901234567889", "1"],
            vec!["-123456789012345678901234567891", "-1e40"],
            format!("must be at least -{big}"),
        ),
        (
            r#""maximum":18446744073709551615"#.to_owned(),
            vec!["18446744073709551615"],
            vec!["18446744073709551616"],
            "must be at most 18446744073709551615".to_owned(),
        ),
        (
            r#""const":18446744073709551615"#.to_owned(),
            vec!["18446744073709551615"],
            vec!["18446744073709551616"],
            "must be 18446744073709551615".to_owned(),
        ),
        (
            r#""minimum":-9223372036854775808"#.to_owned(),
            vec!["-9223372036854775808"],
            vec!["-9223372036854775809"],
            "must be at least -9223372036854775808".to_owned(),
        ),
        (
            r#""const":1e30"#.to_owned(),
            vec!["1e30", "1000000000000000000000000000000"],
            vec!["1000000000000000000000000000001"],
            "must be 1e30".to_owned(),
        ),
        (
            r#""uniqueItems":true"#.to_owned(),
            vec!["[123456789012345678901234567890,123456789012345678901234567891]"],
            vec!["[123456789012345678901234567890,123456789012345678901234567890.0]"],
            "must not have the same item twice".to_owned(),
        ),
    ] {
        let schema = format!(r#"{{"type":"object","properties":{{"n":{{{keywords}}}}}}}"#);
        let schema = CompiledSchema::compile(&text(&schema), &SchemaLimits::default()).unwrap();
        for value in right {
            let instance = text(&format!(r#"{{"n":{value}}}"#));
            assert_eq!(schema.check(&instance), Ok(()), "{keywords} {value}");
            assert_eq!(schema.check_arguments(&instance, true), Ok(Checked::AsIs), "{keywords} {value}");
        }
        for value in wrong {
            let instance = text(&format!(r#"{{"n":{value}}}"#));
            let told = format!("n: {problem}");
            assert_eq!(schema.check(&instance).unwrap_err().to_string(), told, "{keywords} {value}");
            assert_eq!(
                schema.check_arguments(&instance, true).unwrap_err().to_string(),
                told,
                "{keywords} {value}"
            );
        }
    }
}

#[test]
fn integers_beyond_64_bits_are_compared_exactly_when_they_come_as_text() {
    let schema = format!(r#"{{"properties":{{"n":{{"type":"integer","enum":[{}]}}}}}}"#, BIG[1]);
    let schema = CompiledSchema::compile(&text(&schema), &SchemaLimits::default()).unwrap();
    let spelled = |digits: &str| schema.check_arguments(&text(&format!(r#"{{"n":"{digits}"}}"#)), true);
    assert_eq!(spelled(BIG[1]), Ok(Checked::Converted(text(&format!(r#"{{"n":{}}}"#, BIG[1])))));
    assert_eq!(spelled(BIG[2]).unwrap_err().to_string(), format!("n: must be {}", BIG[1]));
}

#[test]
fn multiples_beyond_64_bits_are_told_exactly() {
    let of = |multiple: &str| {
        let schema = format!(r#"{{"properties":{{"n":{{"multipleOf":{multiple}}}}}}}"#);
        CompiledSchema::compile(&text(&schema), &SchemaLimits::default()).unwrap()
    };
    for (multiple, value, fits) in [
        ("2", "123456789012345678901234567890", true),
        ("2", "123456789012345678901234567891", false),
        ("2", "-123456789012345678901234567890", true),
        ("7", "700000000000000000000000000000", true),
        ("7", "700000000000000000000000000001", false),
        ("18446744073709551615", "36893488147419103230", true),
        ("18446744073709551615", "36893488147419103231", false),
        ("0.5", "123456789012345678901234567891", true),
        ("2", "1e30", true),
        ("2", "4", true),
        ("2", "5", false),
        ("123456789012345678901234567890", "5", false),
        ("123456789012345678901234567890", "0", true),
    ] {
        let told = of(multiple).check(&text(&format!(r#"{{"n":{value}}}"#)));
        let wanted = if fits { Ok(()) } else { Err(format!("n: must be a multiple of {multiple}")) };
        assert_eq!(told.map_err(|violations| violations.to_string()), wanted, "{value} of {multiple}");
    }
}

#[test]
fn a_field_with_an_odd_name_is_converted_too() {
    let schema = json!({"properties": {"a/b~c\"": {"properties": {"": {"type": "integer"}}}}});
    assert_eq!(converted(&schema, r#"{"a/b~c\"":{"":"1"}}"#).as_deref(), Some(r#"{"a/b~c\"":{"":1}}"#));
}

#[test]
fn what_does_not_fit_is_not_converted_and_only_what_remains_is_told() {
    let schema = json!({
        "properties": {
            "n": {"type": "integer", "maximum": 10},
            "b": {"type": "boolean"},
            "either": {"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 1}]},
            "s": {"type": "string"},
            "l": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["n"],
    });
    let compiled = compile(&schema);
    for (arguments, expected) in [
        (r#"{"n":"42"}"#, "n: must be at most 10"),
        (r#"{"n":"4.5"}"#, "n: must be an integer"),
        (r#"{"n":"four"}"#, "n: must be an integer"),
        (r#"{"n":"04"}"#, "n: must be an integer"),
        (r#"{"n":"\"4\""}"#, "n: must be an integer"),
        (r#"{"n":"1","b":"maybe"}"#, "b: must be true or false"),
        (r#"{"n":1,"b":2}"#, "b: must be true or false"),
        (r#"{"n":1,"either":"12"}"#, "either: must have at most 1 character"),
        (r#"{"n":1,"s":2}"#, "s: must be a string"),
        (r#"{"n":"1","l":"[1,\"x\"]"}"#, "l[1]: must be an integer"),
        (r#"{"n":1,"l":"[\"1\",\"x\"]"}"#, "l[1]: must be an integer"),
        (r#"{"n":"1","l":["2","x"]}"#, "l[1]: must be an integer"),
        (r#"{"n":1,"l":"[1,"}"#, "l: must be an array"),
        (r#"{"n":1,"l":"{\"a\":1,\"a\":2}"}"#, "l: must be an array"),
        (r#"{"b":"true"}"#, "n: is required"),
    ] {
        let told = compiled.check_arguments(&text(arguments), true).expect_err(arguments);
        assert_eq!(told.to_string(), expected, "{arguments}");
    }
    assert!(compiled.check_arguments(&text(r#"{"n":"4"}"#), false).is_err());
    assert!(compiled.check_arguments(&text(r#"{"n":"4"}"#), true).is_ok());
}

#[test]
fn what_another_judge_refused_is_mended_where_it_said_so_alone() {
    let schema = compile(&json!({"properties": {
        "n": {"type": "integer"}, "m": {"type": "integer"}, "l": {"type": "array", "items": {"type": "integer"}},
    }}));
    let mended = |places: &[&str]| {
        let places: Vec<_> = places.iter().map(ToString::to_string).collect();
        schema.mend(&text(r#"{"n":"1","m":"2","l":["3","x"]}"#), &places).map(|mended| mended.to_string())
    };
    assert_eq!(mended(&["/n"]).as_deref(), Some(r#"{"n":1,"m":"2","l":["3","x"]}"#));
    assert_eq!(mended(&["/l", "/m"]).as_deref(), Some(r#"{"n":"1","m":2,"l":[3,"x"]}"#));
    assert_eq!(mended(&[""]).as_deref(), Some(r#"{"n":1,"m":2,"l":[3,"x"]}"#));
    assert_eq!(mended(&["/l/1", "/"]), None);
}

#[test]
fn conversion_does_not_nest_deeper_than_a_message_may() {
    let schema = compile(&json!({"properties": {"l": {"type": "array"}}}));
    let nested = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    let arguments = raw(&json!({"l": nested}));
    assert!(schema.check_arguments(&arguments, true).is_err());
}

#[test]
fn the_input_of_a_tool_is_an_object() {
    // TOOL-4
    assert!(require_object(&text(r#"{"properties":{},"type":"object"}"#)).is_ok());
    for schema in ["{}", "true", r#"{"type":"array"}"#, r#"{"type":["object"]}"#] {
        assert!(require_object(&text(schema)).is_err(), "{schema}");
    }
}

#[test]
fn mirrored_parameters_are_found_along_properties() {
    // PARAM-1 to PARAM-4
    let schema = json!({"type": "object", "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "nested": {"type": "object", "properties": {
            "count": {"type": "integer", "x-mcp-header": "n!#$%&'*+-.^_`|~9"},
            "dry": {"type": "boolean", "x-mcp-header": "Dry"},
        }},
        // Neither a member of this name nor data is an annotation.
        "x-mcp-header": {"type": "number", "default": {"x-mcp-header": ""}},
    }});
    let parameter = |path: &[&str], name: &str, kind| HeaderParameter {
        path: path.iter().map(ToString::to_string).collect(),
        name: name.to_owned(),
        kind,
    };
    let found = header_parameters(&raw(&schema)).expect("valid annotations");
    assert_eq!(
        found,
        [
            parameter(&["nested", "count"], "n!#$%&'*+-.^_`|~9", ParameterKind::Integer),
            parameter(&["nested", "dry"], "Dry", ParameterKind::Boolean),
            parameter(&["region"], "Region", ParameterKind::String),
        ]
    );
    assert_eq!(header_parameters(&text("{}")).expect("none"), []);
}

#[test]
fn bad_annotations_for_headers_are_refused() {
    // PARAM-13
    let annotated = json!({"type": "string", "x-mcp-header": "X"});
    for schema in [
        json!({"properties": {"a": {"type": "string", "x-mcp-header": ""}}}),
        json!({"properties": {"a": {"type": "string", "x-mcp-header": "a b"}}}),
        json!({"properties": {"a": {"type": "string", "x-mcp-header": "é"}}}),
        json!({"properties": {"a": {"type": "string", "x-mcp-header": 1}}}),
        json!({"properties": {"a": {"type": "number", "x-mcp-header": "X"}}}),
        json!({"properties": {"a": {"type": ["string", "null"], "x-mcp-header": "X"}}}),
        json!({"properties": {"a": {"x-mcp-header": "X"}}}),
        json!({"properties": {"a": annotated, "b": {"properties": {"c": {"type": "integer", "x-mcp-header": "x"}}}}}),
        json!({"type": "string", "x-mcp-header": "X"}),
        json!({"properties": {"a": {"items": annotated}}}),
        json!({"properties": {"a": {"items": {"properties": {"b": annotated}}}}}),
        json!({"properties": {"a": {"anyOf": [annotated, {"type": "null"}]}}}),
        json!({"allOf": [{"properties": {"a": annotated}}]}),
        json!({"$defs": {"a": annotated}}),
        json!({"if": {"properties": {"a": annotated}}}),
        json!({"additionalProperties": annotated}),
    ] {
        let error = header_parameters(&raw(&schema)).expect_err("a bad annotation");
        assert_eq!(error.kind(), ErrorKind::InvalidSchema, "{schema}");
    }
}

fn instance() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["1", "2.5", "true", "null", "[1]", "{}", "x", "", "[\"1\",[]]"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 20, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        prop::sample::select(vec!["integer", "number", "boolean", "string", "null", "array", "object"])
            .prop_map(|kind| json!({"type": kind})),
        Just(json!({"enum": [1, "1", null]})),
        Just(json!({"const": 1})),
        Just(json!({"minimum": 0, "maxLength": 2})),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            list.clone().prop_map(|schemas| json!({"anyOf": schemas})),
            list.clone().prop_map(|schemas| json!({"oneOf": schemas})),
            list.prop_map(|schemas| json!({"allOf": schemas})),
            inner.clone().prop_map(|schema| json!({"items": schema, "type": "array"})),
            prop::collection::btree_map("[a-d]", inner, 0..4).prop_map(
                |members| json!({"properties": members, "required": ["a"], "additionalProperties": false})
            ),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn converted_arguments_are_valid_and_differ_only_in_strings_and_truth_values((schema, instance) in (schema(), instance())) {
        let schema = compile(&schema);
        let before = raw(&instance);
        match schema.check_arguments(&before, true) {
            Ok(Checked::AsIs) => prop_assert!(schema.check(&before).is_ok()),
            Ok(Checked::Converted(after)) => {
                prop_assert!(schema.check(&before).is_err());
                let after = RawJson::parse(after.as_str()).expect("converted text is JSON");
                prop_assert!(schema.check(&after).is_ok());
                same_but_for_what_converts(&instance, &after.to_value().expect("parsed before"))?;
            }
            Err(violations) => {
                prop_assert!(schema.check(&before).is_err());
                prop_assert!(!violations.to_string().is_empty());
                prop_assert!(schema.check_arguments(&before, false).is_err());
            }
        }
    }
}

fn same_but_for_what_converts(before: &Value, after: &Value) -> Result<(), TestCaseError> {
    match (before, after) {
        (Value::Array(before), Value::Array(after)) => {
            prop_assert_eq!(before.len(), after.len());
            before.iter().zip(after).try_for_each(|(before, after)| same_but_for_what_converts(before, after))
        }
        (Value::Object(before), Value::Object(after)) => {
            prop_assert!(before.keys().eq(after.keys()));
            before
                .values()
                .zip(after.values())
                .try_for_each(|(before, after)| same_but_for_what_converts(before, after))
        }
        (Value::String(_), _) | (Value::Number(_), Value::Bool(_)) => Ok(()),
        _ => {
            prop_assert_eq!(before, after);
            Ok(())
        }
    }
}
