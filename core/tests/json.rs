//! The strict scan against an independent parser, and the readers of scanned text against it too.

#![expect(clippy::expect_used, reason = "helpers of tests end the test")]

use std::collections::HashSet;
use std::fmt;

use oxmcp_core::json::{
    RawJson, as_integer, as_string, canonical, elements, inexact_integers, may_have_inexact_integers, member,
    members, write_string,
};
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// Accepts what serde_json accepts, but no repeated keys.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some((key, _)) = members.next_entry::<String, Self>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("a repeated key"));
            }
        }
        Ok(self)
    }
}

fn oracle(text: &str) -> bool {
    serde_json::from_str::<Unambiguous>(text).is_ok()
}

/// A string literal, each character spelled in one of the ways JSON allows.
fn literal() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c]".prop_map(String::from),
        1 => any::<char>().prop_map(|c| if c < ' ' || c == '"' || c == '\\' { ' ' } else { c }.to_string()),
        1 => Just("\\u0061".to_owned()),
        1 => Just("\\ud83d\\ude00".to_owned()),
        1 => prop::sample::select(vec!["\\n", "\\\"", "\\\\", "\\/", "\\u0000", "\\b", "\\f", "\\r", "\\t"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 1 => Just(" "), 1 => Just("\n\t\r ")]
}

/// JSON text, not necessarily without repeated keys.
fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>()
            .prop_filter("JSON has no such number", |value| value.is_finite())
            .prop_map(|value| format!("{value:e}")),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?".prop_map(|value| value),
        literal(),
    ];
    leaf.prop_recursive(6, 60, 15, |inner| {
        let spaced = (blank(), inner, blank())
            .prop_map(|(before, value, after)| format!("{before}{value}{after}"))
            .boxed();
        let pair = (literal(), blank(), spaced.clone())
            .prop_map(|(key, gap, value)| format!("{gap}{key}{gap}:{value}"));
        prop_oneof![
            prop::collection::vec(spaced, 0..5).prop_map(|values| format!("[{}]", values.join(","))),
            prop::collection::vec(pair, 0..16).prop_map(|pairs| format!("{{{}}}", pairs.join(","))),
        ]
    })
}

/// Text with a few characters changed, cut or doubled.
fn mutated() -> impl Strategy<Value = String> {
    let edits = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..4u8, "[\\[\\]{}\",:\\\\0-9.eE+u a-f\n-]"),
        1..4,
    );
    (text(), edits).prop_map(|(text, edits)| {
        let mut text: Vec<char> = text.chars().collect();
        for (index, kind, new) in edits {
            let at = index.index(text.len() + 1);
            let new = new.chars().next().unwrap_or(' ');
            match kind {
                0 => text.insert(at, new),
                1 if at < text.len() => text[at] = new,
                2 if at < text.len() => drop(text.remove(at)),
                3 => text.truncate(at),
                _ => {}
            }
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// RPC-14 to RPC-17.
    #[test]
    fn the_scan_accepts_exactly_what_an_independent_parser_accepts(text in text()) {
        prop_assert_eq!(RawJson::parse(&text).is_ok(), oracle(&text), "{}", text);
    }

    #[test]
    fn the_scan_agrees_on_broken_text_too(text in mutated()) {
        prop_assert_eq!(RawJson::parse(&text).is_ok(), oracle(&text), "{}", text);
    }

    #[test]
    fn the_scan_agrees_on_soups_of_tokens(tokens in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u0061\"", "1", "-", "0", ".5", "e1", "e999", "true", "null", " ",
        "\"", "\\", "\"\\ud800\"", "\"\\udc00\\ud800\"",
    ]), 0..14)) {
        let text = tokens.concat();
        prop_assert_eq!(RawJson::parse(&text).is_ok(), oracle(&text), "{}", text);
    }

    #[test]
    fn walking_scanned_text_sees_what_a_parser_sees(text in text()) {
        if let Ok(raw) = RawJson::parse(&text) {
            walk(raw.as_str());
        }
    }

    #[test]
    fn walking_any_text_ends_without_a_panic(text in mutated()) {
        for (_, value) in members(&text) {
            elements(value).chain(elements(&text)).for_each(drop);
            let _ = (as_string(value), as_integer(value));
        }
    }

    #[test]
    fn strings_survive_writing_and_reading(value in any::<String>()) {
        let mut text = String::new();
        write_string(&mut text, &value);
        let read = as_string(&text);
        prop_assert_eq!(read.as_deref(), Some(value.as_str()));
        prop_assert_eq!(serde_json::from_str::<String>(&text).ok(), Some(value));
    }

    /// Runs of plain text as long as what is looked at by blocks and words, and what stands between them.
    #[test]
    fn long_strings_are_written_as_serde_json_writes_them(value in long_string()) {
        let mut text = String::from("before");
        write_string(&mut text, &value);
        let written = text.strip_prefix("before").expect("what was there stays");
        prop_assert!(!written.contains(['\n', '\r', '\u{2028}', '\u{2029}']), "{}", written);
        let read = as_string(written);
        prop_assert_eq!(read.as_deref(), Some(value.as_str()));
        let expected = serde_json::to_string(&value).expect("a string");
        let expected = expected.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        prop_assert_eq!(written, expected);
    }

    #[test]
    fn the_scan_agrees_on_long_strings(
        parts in prop::collection::vec(
            prop_oneof![
                "[a-z ]{0,150}",
                prop::sample::select(vec![
                    "\"", "\\", "\\\\", "\\\"", "\\n", "\n", "\t", "\u{0}", "\u{1f}", "\u{7f}", "\\u0041", "\\ud834\\udd1e",
                    "\\ud834", "\\u12", "é", "漢", "𝄞", "\u{80}", "\u{2028}", "¢\u{a2}\u{dc}", "\\x",
                ]).prop_map(str::to_owned),
            ],
            0..6,
        ),
    ) {
        let text = format!("[\"{}\",{{\"{}\":1}}]", parts.concat(), parts.concat());
        prop_assert_eq!(RawJson::parse(&text).is_ok(), oracle(&text), "{}", text);
    }
}

fn long_string() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[a-z ]{0,200}",
        "[\"\\\\\n\r\t]{0,12}",
        // Those of which serde_json knows a shorter escape left out.
        "[\u{0}\u{1}\u{1f}\u{7f}\u{2027}\u{2028}\u{2029}\u{202a}é漢𝄞—]{0,12}",
        "[ -~]{0,100}",
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

#[test]
fn every_byte_is_escaped_wherever_it_stands() {
    for code in (0..0x100u32).chain(0x2020..0x2030) {
        let Some(character) =
            char::from_u32(code).filter(|character| !matches!(character, '\u{8}' | '\u{c}'))
        else {
            continue;
        };
        for before in [0, 1, 6, 7, 8, 9, 15, 31, 32, 33, 47, 48, 63, 64, 65, 127, 200] {
            for after in [0, 1, 7, 8, 63, 64, 200] {
                let value = format!("{}{character}{}", "x".repeat(before), "y".repeat(after));
                let mut text = String::new();
                write_string(&mut text, &value);
                assert_eq!(serde_json::from_str::<String>(&text).ok(), Some(value));
                assert_eq!(text.is_ascii(), code < 0x80 || matches!(code, 0x2028 | 0x2029), "{text}");
            }
        }
    }
}

fn walk(text: &str) {
    let value: Value = serde_json::from_str(text).expect("scanned text parses");
    match &value {
        Value::Object(object) => {
            assert_eq!(members(text).count(), object.len(), "{text}");
            for (key, raw) in members(text) {
                assert_eq!(
                    serde_json::from_str::<Value>(raw).ok().as_ref(),
                    object.get(key.as_ref()),
                    "{text}"
                );
                walk(raw);
            }
        }
        Value::Array(array) => {
            assert_eq!(elements(text).count(), array.len(), "{text}");
            for (raw, element) in elements(text).zip(array) {
                assert_eq!(serde_json::from_str::<Value>(raw).ok().as_ref(), Some(element));
                walk(raw);
            }
        }
        Value::String(string) => assert_eq!(as_string(text).as_deref(), Some(string.as_str())),
        _ => {}
    }
}

#[test]
fn a_member_is_found_by_its_decoded_name() {
    let text = r#" { "a" : {"b": [1, "}"]} , "\u0063" : null } "#;
    assert_eq!(member(text, "a"), Some(r#"{"b": [1, "}"]}"#));
    assert_eq!(member(text, "c"), Some("null"));
    assert_eq!(member(text, "b"), None);
    assert_eq!(member("[1]", "a"), None);
}

#[test]
fn what_is_refused_says_why() {
    let why = |text: &str| RawJson::parse(text).expect_err(text).to_string();
    assert_eq!(why("{\"a\":1,\"a\":2}"), "this JSON has the member \"a\" twice");
    assert_eq!(why("[1"), "this is not JSON: a comma or closing bracket is missing at byte 2");
    assert_eq!(why("\"\\ud800\""), "this JSON has a string with half of a surrogate pair at byte 1");
}

#[test]
fn integers_that_a_double_does_not_hold_are_found_by_their_place() {
    for (text, found) in [
        (r#"{"n":9007199254740993}"#, Some(r#"[[["n"],"9007199254740993"]]"#)),
        (
            r#"{"a":[0,{"b\"c":-9007199254740993}],"d":18446744073709551617}"#,
            Some(r#"[[["a",1,"b\"c"],"-9007199254740993"],[["d"],"18446744073709551617"]]"#),
        ),
        ("9007199254740993", Some(r#"[[[],"9007199254740993"]]"#)),
        // Exact: below 2^53, powers of two, what a double of JavaScript is written as.
        (
            r#"{"n":9007199254740992,"m":1234567890123456,"o":36893488147419103232,"p":100000000000000000000}"#,
            None,
        ),
        (r#"{"n":"9007199254740993","m":9007199254740993.5,"o":9007199254740993e0}"#, None),
    ] {
        assert_eq!(inexact_integers(text).as_deref(), found, "{text}");
        assert!(found.is_none() || may_have_inexact_integers(text), "{text}");
    }
    assert!(!may_have_inexact_integers(r#"{"a":123456789012345,"b":"1234567890-1234567890-1234567890"}"#));
    for before in 0..40 {
        let text = format!("{}9007199254740993", " ".repeat(before));
        assert!(may_have_inexact_integers(&text), "{before}");
    }
}

#[test]
fn one_value_has_one_canonical_text() {
    let text = r#"{"a":[1.50,{"b":null,"c":"\u2028é"}],"z":{},"é":"\""}"#;
    for same in [
        r#" { "z" : { } , "\u00e9" : "\u0022" , "a" : [ 1.50 , { "c" : "\u2028\u00E9" , "b" : null } ] } "#,
        r#"{"\u0061":[1.50,{"c":"\u2028é","b":null}],"z":{},"é":"\""}"#,
    ] {
        assert_eq!(canonical(same), text);
    }
    for other in [r#"{"a":[1.5]}"#, r#"{"a":["1.50"]}"#, r#"{"a":[1.50,null]}"#, "{}", "[]", "\"\""] {
        assert_ne!(canonical(other), canonical(r#"{"a":[1.50]}"#));
        assert_eq!(canonical(&canonical(other)), canonical(other));
    }
}
