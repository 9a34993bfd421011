//! The pass over the text of an instance says what the checker says that has a tree of it.

#![expect(clippy::expect_used, reason = "helpers of tests end the test")]

use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{Checked, CompiledSchema, SchemaLimits};
use serde_json::{Map, Value, json};

fn compile(schema: &str) -> CompiledSchema {
    CompiledSchema::compile(&RawJson::parse(schema).expect(schema), &SchemaLimits::default()).expect(schema)
}

/// What both say of an instance; `None` if the pass over the text leaves it to the other.
fn verdict(schema: &CompiledSchema, instance: &str) -> Option<bool> {
    let instance = RawJson::from_checked(instance);
    let by_tree = schema.check_tree(&instance);
    let by_text = schema.check_text(&instance);
    assert!(by_text.is_none_or(|valid| valid == by_tree.is_ok()), "{instance}: {by_text:?} {by_tree:?}");
    assert_eq!(schema.check(&instance), by_tree, "{instance}");
    assert_eq!(schema.check_arguments(&instance, false), by_tree.map(|()| Checked::AsIs), "{instance}");
    by_text
}

fn holds(schema: &str, right: &[&str], wrong: &[&str]) {
    let compiled = compile(schema);
    for (instances, valid) in [(right, true), (wrong, false)] {
        for instance in instances {
            assert_eq!(verdict(&compiled, instance), Some(valid), "{schema} {instance}");
        }
    }
}

#[test]
fn types_are_told_by_the_text() {
    holds(
        r#"{"type":"integer"}"#,
        &["1", " -0 ", "1.0", "1e2", "18446744073709551616", "1e-400", "100E-2"],
        &["1.5", "\"1\"", "null", "[1]", "1e-2"],
    );
    holds(r#"{"type":"number"}"#, &["1", "1.5", "-1e300", "0.1"], &["\"1\"", "true", "{}"]);
    holds(r#"{"type":["string","null"]}"#, &["\"\"", "null", "\"\\ud83d\\ude00\""], &["1", "false", "[]"]);
    holds(r#"{"type":["integer","boolean"]}"#, &["true", "false", "3"], &["3.5", "\"true\""]);
    holds(
        r#"{"type":["array","object"]}"#,
        &["[]", "{}", " [ 1 , {\"a\" : [ ] } ] ", "{\"a\":{\"b\":[{}]}}"],
        &["null"],
    );
    holds("true", &["1", "{}", "[[],{},\"\",null,true,false,-1.5e3]"], &[]);
    holds("{}", &["1", "{\"a\":1}"], &[]);
    holds(r#"{"not":{}}"#, &[], &["1", "{}"]);
    holds(r#"{"properties":{"a":false,"b":true}}"#, &["{}", "{\"b\":1}", "{\"c\":1}", "1"], &["{\"a\":1}"]);
}

#[test]
fn members_are_told_by_the_text() {
    let schema = r#"{"type":"object","properties":{"a":{"type":"integer"},"b\"":{"type":"string"},"é":{}},"required":["a","x"],"additionalProperties":{"type":"boolean"}}"#;
    holds(
        schema,
        &[
            r#"{"a":1,"x":true}"#,
            r#"{"x":false,"b\"":"","a":1}"#,
            r#" { "\u0061" : 1 , "x" : true , "b\u0022" : "" , "\u00e9" : [ ] , "é2" : true } "#,
        ],
        &[
            "{}",
            r#"{"a":1}"#,
            r#"{"a":"1","x":true}"#,
            r#"{"a":1,"x":1}"#,
            r#"{"a":1,"x":true,"y":null}"#,
            r#"{"a":1,"x":true,"\u0062\"":1}"#,
            "[]",
        ],
    );
    holds(
        r#"{"properties":{"a":{}},"additionalProperties":false,"propertyNames":{"maxLength":1}}"#,
        &["{}", r#"{"a":{"b":1}}"#, "7"],
        &[r#"{"b":1}"#, r#"{"a":1,"":1}"#],
    );
    holds(
        r#"{"propertyNames":{"enum":["a","b"]},"additionalProperties":{"type":"integer"}}"#,
        &[r#"{"a":1,"\u0062":2}"#],
        &[r#"{"c":1}"#, r#"{"a":"1"}"#],
    );
    holds(r#"{"propertyNames":{"type":"string"}}"#, &[r#"{"a":1}"#], &[]);
    // More members than are compared one by one, in any order.
    let names: Vec<String> = (0..40).map(|number| format!("name{number}")).collect();
    let members: Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({"type": "integer"}))).collect();
    let schema = json!({"properties": members, "required": names, "additionalProperties": false}).to_string();
    let object = |names: &[String]| {
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        format!("{{{}}}", members.join(","))
    };
    let backwards: Vec<String> = names.iter().rev().cloned().collect();
    holds(
        &schema,
        &[&object(&names), &object(&backwards)],
        &[&object(&names[1..]), &object(&[&names[..], &["more".to_owned()]].concat())],
    );
}

#[test]
fn numbers_are_compared_by_the_text() {
    holds(
        r#"{"minimum":1,"maximum":3}"#,
        &["1", "1.0", "3", "2.99", "\"0\""],
        &["0", "0.999", "3.0001", "1e1", "-1e40", "18446744073709551616"],
    );
    holds(
        r#"{"exclusiveMinimum":0,"exclusiveMaximum":0.3}"#,
        &["0.1", "1e-300", "0.29999"],
        &["0", "-0", "-0.0", "0.3", "0.30", "1e-400", "1"],
    );
    holds(
        r#"{"type":"integer","minimum":-9007199254740991,"maximum":9007199254740991}"#,
        &["9007199254740991", "-9007199254740991", "0", "9007199254740991.0"],
        &[
            "9007199254740992",
            "9007199254740993",
            "-9007199254740992",
            "123456789012345678901234567890",
            "1e30",
        ],
    );
    holds(r#"{"multipleOf":3}"#, &["9", "-9", "0", "9.0", "3e3", "[]"], &["10", "1.5", "1e1", "-10"]);
    holds(
        r#"{"enum":[1,"a",null,2.5]}"#,
        &["1", "1.0", "10e-1", "\"a\"", "\"\\u0061\"", "null", "2.5"],
        &["2", "\"b\"", "true", "[]", "{}", "18446744073709551617"],
    );
    holds(r#"{"const":0}"#, &["0", "-0", "0.0", "0e5"], &["false", "1", "null"]);
    holds(r#"{"const":true}"#, &["true"], &["1", "false", "\"true\""]);
}

#[test]
fn strings_are_measured_by_the_text() {
    holds(
        r#"{"minLength":2,"maxLength":3}"#,
        &["\"ab\"", "\"éé\"", "\"😀😀😀\"", "\"\\ud83d\\ude00x\"", "\"\\n\\\\\"", "1"],
        &["\"a\"", "\"😀\"", "\"\\ud83d\\ude00\"", "\"abcd\"", "\"éééé\"", "\"\\u0061\""],
    );
    holds(
        r#"{"pattern":"^[a-c]+$","maxLength":4}"#,
        &["\"abc\"", "\"\\u0061\"", "1"],
        &["\"\"", "\"abd\"", "\"aaaaa\""],
    );
    let many: Vec<String> = (0..30).map(|number| format!("s{number}")).collect();
    holds(
        &json!({"enum": many}).to_string(),
        &["\"s0\"", "\"s29\"", "\"\\u00737\""],
        &["\"s30\"", "\"\"", "1"],
    );
}

#[test]
fn items_are_told_by_the_text() {
    holds(
        r#"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}"#,
        &["[1]", "[ 1 , 2 ]"],
        &["[]", "[1,2,3]", "[1,\"2\"]", "{}"],
    );
    holds(
        r#"{"prefixItems":[{"type":"string"},{"type":"integer"}],"items":false}"#,
        &["[]", "[\"a\"]", "[\"a\",1]"],
        &["[1]", "[\"a\",\"b\"]", "[\"a\",1,1]"],
    );
    holds(
        r#"{"prefixItems":[{"type":"string"}],"unevaluatedItems":{"type":"integer"}}"#,
        &["[]", "[\"a\",1,2]"],
        &["[\"a\",\"b\"]"],
    );
    holds(
        r#"{"uniqueItems":true}"#,
        &["[]", "[1,2,\"1\",true,null]", "[\"a\",\"b\"]", "[1]"],
        &["[1,1]", "[\"a\",\"b\",\"a\"]", "[null,null]"],
    );
    let schema = compile(r#"{"uniqueItems":true}"#);
    for instance in ["[1,1.0]", "[{\"a\":1},{\"a\":1}]", "[\"a\",\"\\u0061\"]", "[0,-0]", "[[],[]]"] {
        assert_eq!(verdict(&schema, instance), None, "{instance}");
    }
}

#[test]
fn alternatives_are_told_by_the_text() {
    holds(
        r#"{"anyOf":[{"type":"integer","minimum":3},{"type":"null"},{"type":"string"}]}"#,
        &["3", "null", "\"\""],
        &["2", "true", "{}"],
    );
    holds(
        r#"{"oneOf":[{"type":"integer"},{"type":"number","minimum":3}]}"#,
        &["2", "3.5"],
        &["3", "2.5", "null"],
    );
    holds(
        r#"{"oneOf":[{"properties":{"a":{"type":"integer"}}},{"required":["b"]}]}"#,
        &[r#"{"a":1}"#, r#"{"a":"","b":1}"#],
        &[r#"{"a":1,"b":1}"#, r#"{"a":""}"#, "{\"b\":1}"],
    );
    holds(
        r#"{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"integer"}}}],"maxItems":0}"#,
        &[r#"{"a":1}"#, "1", "[]"],
        &[r#"{"a":""}"#, "{}", "[1]"],
    );
    for keyword in ["anyOf", "oneOf"] {
        let schema = format!(
            r##"{{"{keyword}":[
                {{"$ref":"#/$defs/a"}},
                {{"type":"object","properties":{{"kind":{{"enum":["b","c"]}},"n":{{"type":"string"}}}},"required":["kind","n"]}},
                {{"type":"null"}}
            ],"$defs":{{"a":{{"type":"object","properties":{{"kind":{{"const":"a"}},"n":{{"type":"integer"}}}},"required":["kind"],"additionalProperties":false}}}}}}"##
        );
        holds(
            &schema,
            &[
                "null",
                r#"{"kind":"a"}"#,
                r#"{"n":1,"kind":"a"}"#,
                r#"{"kind":"c","n":"","more":[]}"#,
                r#"{"\u006bind":"\u0062","n":""}"#,
            ],
            &[
                "{}",
                r#"{"kind":"b"}"#,
                r#"{"kind":"a","n":""}"#,
                r#"{"kind":"d"}"#,
                r#"{"kind":1}"#,
                "1",
                "[]",
            ],
        );
    }
}

#[test]
fn references_are_followed_in_the_text() {
    let tree = r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://example.com/tree","type":"object","properties":{"children":{"type":"array","items":{"$ref":"#","description":"more"}},"size":{"$ref":"#/definitions/a~1b"}},"additionalProperties":false,"definitions":{"a/b":{"type":"integer"}}}"##;
    holds(
        tree,
        &["{}", r#"{"children":[{"children":[]},{"size":1}]}"#],
        &[r#"{"children":[{"children":[{"size":""}]}]}"#, r#"{"more":1}"#],
    );
    let beside =
        r##"{"properties":{"a":{"$ref":"#/$defs/short","minLength":1}},"$defs":{"short":{"maxLength":2}}}"##;
    holds(beside, &[r#"{"a":"x"}"#], &[r#"{"a":""}"#, r#"{"a":"xxx"}"#]);
    // Up to draft 7 nothing counts beside a reference.
    let draft_7 = r##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/short","minLength":1},"b":{"$ref":"#/properties/a"}},"definitions":{"short":{"maxLength":2}}}"##;
    holds(draft_7, &[r#"{"a":"","b":"xx"}"#], &[r#"{"a":"xxx"}"#, r#"{"b":"xxx"}"#]);
}

#[test]
fn what_the_pass_over_the_text_does_not_know_is_left_to_the_checker_that_does() {
    let draft = |name: &str| format!("http://json-schema.org/{name}/schema#");
    for (schema, instance) in [
        (json!({"if": {"type": "integer"}, "then": {"minimum": 1}}), "0"),
        (json!({"patternProperties": {"^x": {"type": "integer"}}}), r#"{"x":"1"}"#),
        (json!({"contains": {"type": "integer"}}), "[1]"),
        (json!({"dependentRequired": {"a": ["b"]}}), r#"{"a":1}"#),
        (json!({"unevaluatedProperties": false}), r#"{"a":1}"#),
        (json!({"minProperties": 1}), "{}"),
        (json!({"not": {"type": "integer"}}), "1"),
        (json!({"multipleOf": 0.1}), "0.3"),
        (json!({"multipleOf": 3}), "9007199254740993.0"),
        (json!({"multipleOf": 3}), "0.0"),
        (json!({"maximum": 9_007_199_254_740_992_u64}), "9007199254740993"),
        (json!({"enum": [[1]]}), "[1.0]"),
        (json!({"const": {"a": 1}}), r#"{"a":1}"#),
        (json!({"pattern": "^(?!a)"}), "\"b\""),
        (json!({"$id": "https://example.com/other", "type": "integer"}), "1"),
        (
            json!({"$ref": "#/definitions/n/items", "definitions": {"n": {"$id": "urn:x", "items": {"type": "integer"}}}}),
            "1",
        ),
        (json!({"$ref": "https://json-schema.org/draft/2020-12/schema"}), "{}"),
        (json!({"$schema": draft("draft-07"), "items": [{"type": "integer"}]}), "[\"1\"]"),
        (json!({"$schema": draft("draft-07"), "contentMediaType": "application/json"}), "\"{\""),
        (json!({"$schema": draft("draft-04"), "type": "integer"}), "1.0"),
    ] {
        let whole = compile(&schema.to_string());
        if schema.get("$id").is_none() {
            assert_eq!(verdict(&whole, instance), None, "{schema} {instance}");
        }
        if schema.get("$schema").is_some() || schema.get("$ref").is_some() {
            continue;
        }
        // It matters only where it is reached, and not for what is enough without it.
        let inside = json!({"type": "object", "properties": {"p": schema, "q": {"type": "integer"}}});
        let inside = compile(&inside.to_string());
        assert_eq!(verdict(&inside, &format!("{{\"p\":{instance}}}")), None, "{schema} {instance}");
        assert_eq!(verdict(&inside, r#"{"q":1}"#), Some(true), "{schema}");
        assert_eq!(verdict(&inside, r#"{"q":1.5}"#), Some(false), "{schema}");
        let either = compile(
            &json!({"anyOf": [schema, {"not": {}}, {"type": ["array", "number", "object", "string"]}]})
                .to_string(),
        );
        assert_eq!(verdict(&either, instance), Some(true), "{schema}");
        let one = compile(
            &json!({"oneOf": [schema, {"type": ["array", "number", "object", "string"]}]}).to_string(),
        );
        assert_eq!(verdict(&one, instance), None, "{schema}");
    }
    // Its type is enough to say that a pattern does not matter.
    holds(r#"{"anyOf":[{"type":"number"},{"type":"string","pattern":"^(?!-)"}]}"#, &["1"], &["null"]);
}

#[test]
fn text_that_is_no_json_fits_nothing() {
    let schema = compile(r#"{"properties":{"a":{"type":"number"},"b":{"type":"string"}},"items":{}}"#);
    for text in [
        "",
        " ",
        "{",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":1e400}",
        "{\"c\":1e400}",
        "{\"c\":01}",
        "{\"b\":\"\\x\"}",
        "{\"b\":\"\\ud800\"}",
        "{\"c\":\"\\udc00\"}",
        "{\"c\":\"\\ud800\\u0061\"}",
        "{\"b\":\"\n\"}",
        "{\"b\":\"",
        "[1,]",
        "[1 2]",
        "[,]",
        "[1}",
        "{]",
        "[nul]",
        "[truex]",
        "{} {}",
        "1 1",
        "[[[]]",
        "{\"c\":[}]}",
        "{\"c\":{\"d\":1,}}",
        "{\"c\":{\"d\"}}",
        "{\"\\u00\":1}",
    ] {
        assert_ne!(schema.check_text(&RawJson::from_checked(text)), Some(true), "{text}");
        assert!(schema.check(&RawJson::from_checked(text)).is_err(), "{text}");
        assert_eq!(
            schema.check(&RawJson::from_checked(text)),
            schema.check_tree(&RawJson::from_checked(text)),
            "{text}"
        );
    }
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let lists = compile(r##"{"anyOf":[{"type":"integer"},{"type":"array","items":{"$ref":"#"}}]}"##);
    for schema in [&compile("true"), &lists] {
        assert_eq!(verdict(schema, &nested(127)), Some(true));
        assert_eq!(verdict(schema, &nested(128)), None);
        assert_eq!(verdict(schema, &nested(100_000)), None);
    }
}

#[test]
fn members_that_are_there_twice_are_what_the_last_one_says() {
    let schema = compile(
        r#"{"oneOf":[{"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"type":"string"}}}]}"#,
    );
    for text in [r#"{"a":1,"a":""}"#, r#"{"a":"","a":1}"#, r#"{"a":null,"a":1}"#, r#"{"a":1,"a":null}"#] {
        let text = RawJson::from_checked(text);
        assert_eq!(schema.check_text(&text), None);
        assert_eq!(schema.check(&text), schema.check_tree(&text), "{text}");
    }
    let schema = compile(
        r#"{"properties":{"a":{"type":"integer"}},"required":["b"],"additionalProperties":{"type":"null"}}"#,
    );
    for (text, valid) in [
        (r#"{"a":1,"a":"","b":null}"#, false),
        (r#"{"a":"","a":1,"b":null}"#, true),
        (r#"{"b":1,"b":null}"#, true),
        (r#"{"b":null,"c":null,"c":1}"#, false),
    ] {
        let text = RawJson::from_checked(text);
        assert_eq!(schema.check(&text).is_ok(), valid, "{text}");
        assert_eq!(schema.check_tree(&text).is_ok(), valid, "{text}");
    }
}

#[test]
fn alternatives_inside_alternatives_take_no_exponential_time() {
    let schema = compile(
        r##"{"$defs":{"node":{"anyOf":[
            {"properties":{"child":{"$ref":"#/$defs/node"},"kind":{"type":"integer"}},"required":["kind"]},
            {"properties":{"child":{"$ref":"#/$defs/node"},"kind":{"type":"string"}},"required":["kind"]}
        ]}},"$ref":"#/$defs/node"}"##,
    );
    for levels in [1, 2, 60, 120] {
        // What tells the branches apart comes last.
        let instance =
            format!("{}{{\"kind\":\"\"}}{}", r#"{"child":"#.repeat(levels), r#","kind":""}"#.repeat(levels));
        let said = verdict(&schema, &instance);
        assert_eq!(said, if levels < 4 { Some(true) } else { None }, "{levels}");
    }
}

#[test]
fn the_order_in_which_a_schema_names_its_members_does_not_matter() {
    let schema = r#"{"properties":{"z":{"type":"integer"},"m":{"type":"string"},"a":{"type":"null"}},"required":["m","z"]}"#;
    holds(
        schema,
        &[r#"{"z":1,"m":"","a":null}"#, r#"{"a":null,"m":"","z":1}"#, r#"{"m":"","b":0,"z":1}"#],
        &[r#"{"z":1,"a":null}"#],
    );
}

#[test]
fn what_is_enough_to_be_of_a_type_is_held_to_its_grammar_all_the_same() {
    let digits = "9".repeat(400);
    let values = [
        "0",
        "-0",
        "7",
        "-7",
        "10",
        "01",
        "-01",
        "1.5",
        "-1.5",
        "1.",
        ".5",
        "-",
        "-.5",
        "1.0",
        "1e5",
        "1E+2",
        "1.5e3",
        "1.5e",
        "1e400",
        "0.25",
        "999999999999999999",
        "1234567890123456789",
        "12345678901234567890123",
        "-1234567890123456789.5",
        &digits,
        "true",
        "false",
        "null",
        "tru",
        "nul",
        "truefalse",
        "\"\"",
        "\"a\"",
        "\"\\u0061\"",
        "\"\\x\"",
        "\"",
        "[]",
        "[1]",
        "{}",
        "1 2",
        " 1 ",
        " \"a\" ",
        "\t1.5\n",
        " null ",
        "",
    ];
    for schema in [
        json!({}),
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": "number"}),
        json!({"type": ["integer", "string"]}),
        json!({"type": ["null", "number"]}),
        json!({"type": "integer", "minimum": 5}),
        json!({"type": ["string", "integer"], "enum": ["a", 7]}),
        json!({"type": ["string", "number"], "maxLength": 0}),
        json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
        json!({"anyOf": [{"type": "integer"}, {"type": "number", "minimum": 3}]}),
        json!({"anyOf": [{"type": "string", "minLength": 1}, {"type": "number"}]}),
        json!({"oneOf": [{"type": "string"}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "number"}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "string"}, {"minLength": 1}]}),
        json!({"allOf": [{"type": ["string", "number"]}, {"type": ["string", "null"]}]}),
        json!({"allOf": [{"type": "number"}, {"maximum": 3}]}),
        json!({"$ref": "#/properties/other", "type": ["string", "integer"]}),
    ] {
        let other = json!({"type": ["integer", "string", "boolean"]});
        let compile = |schema: Value| compile(&schema.to_string());
        let members = compile(json!({"properties": {"value": schema, "other": other}}));
        let others = compile(json!({"additionalProperties": schema, "properties": {"other": other}}));
        let items = compile(json!({"items": schema, "properties": {"other": other}}));
        for value in values {
            verdict(&members, &format!("{{\"value\":{value}}}"));
            verdict(&members, &format!("{{\"value\":{value},\"other\":{value}}}"));
            verdict(&others, &format!("{{\"other\":1, \"name\" : {value} }}"));
            verdict(&items, &format!("[{value}]"));
            verdict(&items, &format!("[1,{value},\"a\"]"));
        }
    }
}

#[test]
fn members_of_spread_out_text_are_found_in_their_order() {
    let schema = r#"{"properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"required":["a","c"],"additionalProperties":false}"#;
    holds(
        schema,
        &[
            "{ \"a\" : 1 , \"b\" : \"\" ,\n\t\"c\" : null }",
            "{\"a\": 1, \"b\": \"\", \"c\": null}",
            "{\"a\":1,\r\n\"c\":null}",
        ],
        &[
            "{\"a\": 1, \"b\": \"\"}",
            "{\"a\": 1,, \"c\": null}",
            "{\"a\": 1, }",
            "{\"a\": \"1\", \"c\": null}",
        ],
    );
}
