//! The pass over the text of an instance says what the checker says that has a tree of it: for schemas of all keywords that it knows,
//! and instances near them, written in all ways.

use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{Checked, CompiledSchema, SchemaLimits};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Choices, made anew for each case.
struct Choices(Vec<u32>, usize);

impl Choices {
    /// One of so many.
    fn of(&mut self, count: usize) -> usize {
        self.1 += 1;
        let drawn = self.0.get(self.1 % self.0.len()).copied().unwrap_or(0);
        let mixed =
            drawn.wrapping_add(u32::try_from(self.1 / self.0.len()).unwrap_or(0)).wrapping_mul(2_654_435_761);
        usize::try_from(mixed >> 7).unwrap_or(0) % count
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.of(from.len())].clone()
    }
}

const NAMES: [&str; 6] = ["a", "b", "kind", "c\"", "é", "a longer name"];

fn any_value(choices: &mut Choices, depth: usize) -> Value {
    match choices.of(if depth > 2 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => Value::Bool(choices.of(2) == 0),
        2 | 3 => choices.pick(&[
            json!(0),
            json!(1),
            json!(-2),
            json!(3),
            json!(0.5),
            json!(-1.5),
            json!(1e20),
            json!(u64::MAX),
            json!(7),
        ]),
        4..=6 => choices.pick(&["", "a", "b", "é", "ab", "😀", "\"\\\n", "abcdef"]).into(),
        7 => (0..choices.of(4)).map(|_| any_value(choices, depth + 1)).collect(),
        _ => (0..choices.of(4))
            .map(|_| (choices.pick(&NAMES).to_owned(), any_value(choices, depth + 1)))
            .collect(),
    }
}

/// A value that a schema may be about, and that is a little wrong now and then.
fn near(schema: &Value, root: &Value, choices: &mut Choices, depth: usize) -> Value {
    let Value::Object(keywords) = schema else { return any_value(choices, 2) };
    if depth > 8 || choices.of(25) == 0 {
        return any_value(choices, depth);
    }
    let list =
        |keyword: &str| keywords.get(keyword).and_then(Value::as_array).filter(|list| !list.is_empty());
    if let Some(value) = keywords.get("const") {
        return value.clone();
    }
    if let Some(values) = list("enum") {
        return choices.pick(values);
    }
    let inside = list("anyOf")
        .or_else(|| list("oneOf"))
        .or_else(|| list("allOf"))
        .map(|schemas| choices.pick(schemas));
    let referred = keywords.get("$ref").and_then(Value::as_str).and_then(|name| root.pointer(&name[1..]));
    let base = inside.as_ref().or(referred).map(|schema| near(schema, root, choices, depth + 1));
    let own_object = keywords.contains_key("properties") || keywords.contains_key("additionalProperties");
    if let Some(base) = &base
        && !(base.is_object() && own_object)
    {
        return base.clone();
    }
    let number = |keyword: &str| keywords.get(keyword).and_then(Value::as_f64);
    let named = match keywords.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) if !names.is_empty() => {
            choices.pick(names).as_str().unwrap_or_default().to_owned()
        }
        _ if own_object => "object".to_owned(),
        _ if ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]
            .iter()
            .any(|keyword| keywords.contains_key(*keyword)) =>
        {
            "array".to_owned()
        }
        _ if ["minLength", "maxLength", "pattern"].iter().any(|keyword| keywords.contains_key(*keyword)) => {
            "string".to_owned()
        }
        _ if keywords.is_empty() => return any_value(choices, depth),
        _ => "number".to_owned(),
    };
    match named.as_str() {
        "null" => Value::Null,
        "boolean" => Value::Bool(choices.of(2) == 0),
        "integer" | "number" => {
            let bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
            let bound = bounds.iter().filter_map(|keyword| number(keyword)).collect::<Vec<_>>();
            let bound = if bound.is_empty() { 1.0 } else { choices.pick(&bound) };
            let value = bound + choices.pick(&[0.0, 0.0, 1.0, -1.0, 0.5, 2.0]);
            if value.fract() == 0.0 {
                json!(format!("{value:.0}").parse::<i64>().unwrap_or(0))
            } else {
                json!(value)
            }
        }
        "string" => {
            let least = keywords.get("minLength").and_then(Value::as_u64).unwrap_or(0);
            let length = least + choices.of(3) as u64;
            (0..length)
                .map(|_| choices.pick(&['a', 'b', 'é', '😀', '"', '\\', '\n']))
                .collect::<String>()
                .into()
        }
        "array" => {
            let least = keywords.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let first = list("prefixItems").cloned().unwrap_or_default();
            let others = keywords.get("items").cloned().unwrap_or(json!({}));
            (0..usize::try_from(least).unwrap_or(0) + choices.of(3))
                .map(|index| near(first.get(index).unwrap_or(&others), root, choices, depth + 1))
                .collect()
        }
        _ => {
            let mut members = base.and_then(|base| base.as_object().cloned()).unwrap_or_default();
            for (name, schema) in keywords.get("properties").and_then(Value::as_object).into_iter().flatten()
            {
                if choices.of(12) > 0 {
                    members.insert(name.clone(), near(schema, root, choices, depth + 1));
                }
            }
            if choices.of(6) == 0 {
                let others = keywords.get("additionalProperties").cloned().unwrap_or(json!({}));
                members.insert(choices.pick(&NAMES).to_owned(), near(&others, root, choices, depth + 1));
            }
            members.into()
        }
    }
}

/// Writes a value in one of the ways it can be written; with `twice`, some members twice.
fn write(value: &Value, choices: &mut Choices, twice: bool, out: &mut String) {
    let blank = |choices: &mut Choices, out: &mut String| {
        out.push_str(["", "", "", "", "", " ", "\n\t"][choices.of(7)]);
    };
    blank(choices, out);
    match value {
        Value::Number(number) => {
            out.push_str(&number.to_string());
            if number.is_i64() || number.is_u64() {
                out.push_str(["", "", "", "", ".0", "e0", ".00E+0"][choices.of(7)]);
            }
        }
        Value::String(string) => write_string(string, choices, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(item, choices, twice, out);
            }
            blank(choices, out);
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            if choices.of(2) == 0 {
                members.reverse();
            }
            if twice && !members.is_empty() {
                let other = any_value(choices, 2);
                let (name, _) = choices.pick(&members);
                members.insert(choices.of(members.len()), (name, &other));
                return write_members(&members, choices, twice, out);
            }
            write_members(&members, choices, twice, out);
        }
        other => out.push_str(&other.to_string()),
    }
    blank(choices, out);
}

fn write_members(members: &[(&String, &Value)], choices: &mut Choices, twice: bool, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        out.push_str(if index > 0 { "," } else { "" });
        out.push_str(["", "", "", " "][choices.of(4)]);
        write_string(name, choices, out);
        out.push_str([":", ":", " :"][choices.of(3)]);
        write(value, choices, twice, out);
    }
    out.push('}');
}

fn write_string(string: &str, choices: &mut Choices, out: &mut String) {
    let plain = Value::from(string).to_string();
    if choices.of(4) > 0 {
        out.push_str(&plain);
        return;
    }
    out.push('"');
    for unit in string.encode_utf16() {
        use std::fmt::Write as _;
        let _ = write!(out, "\\u{unit:04x}");
    }
    out.push('"');
}

fn scalar() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(1),
        json!(-2),
        json!(2.5),
        json!("a"),
        json!("é"),
        json!("\"\\\n"),
    ])
}

fn leaf() -> impl Strategy<Value = Value> {
    let types =
        prop::sample::select(vec!["integer", "number", "boolean", "string", "null", "array", "object"]);
    let bound = prop::sample::select(vec![json!(0), json!(1), json!(-2), json!(2.5), json!(3.0), json!(100)]);
    let size = 0..4_u64;
    prop_oneof![
        2 => types.clone().prop_map(|name| json!({"type": name})),
        1 => prop::collection::btree_set(types, 1..3).prop_map(|names| json!({"type": names, "title": "one of"})),
        1 => prop::collection::vec(scalar(), 1..4).prop_filter("different", |values| {
            values.iter().enumerate().all(|(index, value)| !values[..index].contains(value))
        }).prop_map(|values| json!({"enum": values})),
        1 => scalar().prop_map(|value| json!({"const": value})),
        1 => (bound.clone(), bound.clone()).prop_map(|(min, max)| json!({"type": "number", "minimum": min, "exclusiveMaximum": max})),
        1 => (bound.clone(), bound, 1..5_u64).prop_map(|(min, max, of)| json!({"exclusiveMinimum": min, "maximum": max, "multipleOf": of})),
        1 => (size.clone(), size).prop_map(|(min, max)| json!({"type": "string", "minLength": min, "maxLength": max, "format": "email"})),
        1 => prop::sample::select(vec!["^a", "b$", "[^ab]", "^$"]).prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        1 => prop::sample::select(vec![json!(true), json!(false), json!({}), json!({"not": {}}), json!({"description": "x", "default": 1})]),
        2 => prop::sample::select(vec!["#/$defs/x", "#/$defs/y", "#/definitions/x"]).prop_map(|name| json!({"$ref": name})),
    ]
}

fn object(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let names = || prop::sample::select(NAMES.to_vec());
    let additional =
        prop_oneof![2 => Just(None), 1 => Just(Some(json!(false))), 1 => inner.clone().prop_map(Some)];
    let allowed = prop::option::weighted(0.1, Just(json!({"maxLength": 4})));
    (
        prop::collection::btree_map(names(), inner, 0..5),
        prop::collection::btree_set(names(), 0..3),
        additional,
        allowed,
        any::<bool>(),
    )
        .prop_map(|(members, required, additional, allowed, typed)| {
            let mut schema = json!({"properties": members, "required": required});
            if typed {
                schema["type"] = json!("object");
            }
            if let Some(additional) = additional {
                schema["additionalProperties"] = additional;
            }
            if let Some(allowed) = allowed {
                schema["propertyNames"] = allowed;
            }
            schema
        })
}

fn tagged(inner: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Value> {
    let branches = prop::collection::vec(inner, 2..4);
    (branches, prop::sample::select(vec!["anyOf", "oneOf"]), any::<bool>()).prop_map(
        |(branches, keyword, nullable)| {
            let mut branches: Vec<Value> = branches
                .into_iter()
                .enumerate()
                .map(|(index, schema)| {
                    let tag = if index == 0 {
                        json!({"enum": ["a", "é"]})
                    } else {
                        json!({"const": format!("tag {index}")})
                    };
                    json!({"type": "object", "properties": {"kind": tag, "b": schema}, "required": ["kind"]})
                })
                .collect();
            if nullable {
                branches.push(json!({"type": "null"}));
            }
            json!({keyword: branches})
        },
    )
}

fn schema() -> impl Strategy<Value = Value> {
    let nested = leaf().prop_recursive(4, 24, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 1..4);
        let size = || prop::option::weighted(0.3, 0..4_u64);
        prop_oneof![
            3 => object(inner.clone()),
            1 => tagged(inner.clone()),
            1 => (inner.clone(), size(), size(), any::<bool>(), prop::option::weighted(0.3, list())).prop_map(|(items, min, max, unique, first)| {
                let mut schema = json!({"type": "array", "items": items});
                if let Some(min) = min { schema["minItems"] = json!(min); }
                if let Some(max) = max { schema["maxItems"] = json!(max); }
                if unique { schema["uniqueItems"] = json!(true); }
                if let Some(first) = first { schema["prefixItems"] = json!(first); }
                schema
            }),
            1 => list().prop_map(|schemas| json!({"anyOf": schemas})),
            1 => list().prop_map(|schemas| json!({"oneOf": schemas})),
            1 => list().prop_map(|schemas| json!({"allOf": schemas})),
            1 => inner.clone().prop_map(|schema| json!({"anyOf": [schema, {"type": "null"}], "default": null})),
            1 => object(inner).prop_map(|mut schema| { schema["$ref"] = json!("#/$defs/y"); schema }),
        ]
    });
    // Definitions refer to each other below members and items, hence mostly for other values.
    let definition = || {
        prop_oneof![
            object(nested.clone()),
            nested.clone().prop_map(|items| json!({"type": "array", "items": items})),
            leaf()
        ]
    };
    let draft = prop::sample::select(vec![
        "",
        "",
        "",
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema#",
    ]);
    (nested.clone(), definition(), definition(), draft).prop_map(|(root, x, y, draft)| {
        let mut root = if root.is_object() { root } else { json!({"allOf": [root]}) };
        root["$defs"] = json!({"x": x, "y": y});
        root["definitions"] =
            json!({"x": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/x"}}});
        if !draft.is_empty() {
            root["$schema"] = json!(draft);
        }
        root
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn both_ways_of_checking_say_the_same(schema in schema(), drawn in prop::collection::vec(any::<u32>(), 24..64)) {
        let mut choices = Choices(drawn, 0);
        let text = RawJson::from_value(&schema);
        let Ok(compiled) = CompiledSchema::compile(&text, &SchemaLimits::default()) else { return Ok(()) };
        for round in 0..8 {
            let value = near(&schema, &schema, &mut choices, 0);
            let mut instance = String::new();
            let twice = round == 7;
            write(&value, &mut choices, twice, &mut instance);
            let instance = RawJson::from_checked(instance);
            let by_tree = compiled.check_tree(&instance);
            match compiled.check_text(&instance) {
                Some(true) => prop_assert!(by_tree.is_ok(), "{instance} fits: {by_tree:?}"),
                Some(false) if !twice => prop_assert!(by_tree.is_err(), "{instance} does not fit"),
                _ => {}
            }
            prop_assert_eq!(compiled.check(&instance), by_tree.clone());
            prop_assert_eq!(compiled.check_arguments(&instance, false), by_tree.map(|()| Checked::AsIs));
        }
    }
}

/// That the cases above are worth something: most schemas are known, and instances that fit are among them as others.
#[test]
fn the_cases_are_of_all_kinds() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut fit, mut unfit, mut left) = (0, 0, 0);
    for _ in 0..600 {
        let tree =
            (schema(), prop::collection::vec(any::<u32>(), 24..64)).new_tree(&mut runner).expect("a case");
        let (schema, drawn) = tree.current();
        let Ok(compiled) = CompiledSchema::compile(&RawJson::from_value(&schema), &SchemaLimits::default())
        else {
            continue;
        };
        let mut choices = Choices(drawn, 0);
        let value = near(&schema, &schema, &mut choices, 0);
        match compiled.check_text(&RawJson::from_value(&value)) {
            Some(true) => fit += 1,
            Some(false) => unfit += 1,
            None => left += 1,
        }
    }
    assert!(fit > 100 && unfit > 100 && left < 150, "{fit} fit, {unfit} do not, {left} are left");
}
