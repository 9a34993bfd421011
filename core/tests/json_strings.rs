//! Strings that are longer than what is looked at at once: scanned, walked, decoded and escaped as an independent parser has them, whatever
//! stands at the edges.

use oxmcp_core::json::{RawJson, as_string, compact, elements, member, write_string};
use proptest::prelude::*;

/// What may stand between the quotes of a string, or may not.
const PIECES: [&str; 40] = [
    "\\\"",
    "\\\\",
    "\\/",
    "\\b",
    "\\f",
    "\\n",
    "\\r",
    "\\t",
    "\\u0000",
    "\\u001f",
    "\\u0022",
    "\\u005C",
    "\\u00e9",
    "\\u2028",
    "\\uffff",
    "\\ud834\\udd1e",
    "\\uDBFF\\uDFFF",
    "é",
    "漢",
    "𝄞",
    "\u{7f}",
    "\u{80}",
    "\u{2028}",
    "\u{2029}",
    "\\ud834",
    "\\udd1e",
    "\\udd1e\\ud834",
    "\\ud834\\ud834\\udd1e",
    "\\ud834\\n",
    "\\u12",
    "\\u12g4",
    "\\u",
    "\\x",
    "\\",
    "\\é",
    "\n",
    "\u{0}",
    "\u{1f}",
    "\"",
    "\",\"",
];

/// As serde_json has it; it takes half of a surrogate pair for an error, as we do.
fn expected(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

fn check(text: &str) {
    let read = RawJson::parse(text).ok();
    let strings = read.as_ref().map(|json| {
        let strings = elements(json.as_str()).map(|element| as_string(element).map(String::from));
        strings.collect::<Option<Vec<_>>>().unwrap_or_default()
    });
    assert_eq!(strings, expected(text), "{text}");
    if read.is_none() {
        // Nobody reads what was not scanned, but if somebody did: no panic, no end.
        elements(text).for_each(|element| drop(as_string(element)));
        let _ = as_string(text);
        let _ = compact(text);
    }
}

#[test]
fn whatever_stands_at_an_edge_is_read_as_a_parser_reads_it() {
    for piece in PIECES {
        for before in (0..=140).chain([191, 192, 193, 255, 256, 257]) {
            for after in [0, 1, 2, 30, 64, 100] {
                let string = format!("{}{piece}{}", "x".repeat(before), "y".repeat(after));
                check(&format!("[\"{string}\"]"));
                // With an escape before it, so that it is no longer looked for by words.
                check(&format!("[\"\\n{string}\",\"{string}\"]"));
            }
        }
    }
}

#[test]
fn a_string_that_does_not_end_is_none() {
    for length in 0..200 {
        for end in ["", "\\", "\\\"", "\\u", "\\u00e9", "\\ud834", "\\ud834\\u"] {
            check(&format!("[\"\\t{}{end}", "x".repeat(length)));
            check(&format!("[\"{}{end}", "x".repeat(length)));
        }
    }
}

fn string() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z ]{0,90}",
        3 => prop::sample::select(PIECES[..24].to_vec()).prop_map(str::to_owned),
        2 => prop::collection::vec(prop::sample::select(PIECES[..24].to_vec()), 0..40).prop_map(|pieces| pieces.concat()),
        1 => "[é漢𝄞—]{0,40}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn long_strings_are_read_as_a_parser_reads_them(one in string(), other in string()) {
        let text = format!("[\"{one}\",\"{other}\"]");
        prop_assert!(expected(&text).is_some(), "{}", text);
        check(&text);
        let object = format!("{{ \"{one}x\" : \"{one}\" , \"{other}y\" : \"{other}\" }}");
        let value: serde_json::Value = serde_json::from_str(&object)?;
        let is_json = RawJson::parse(&object).is_ok();
        prop_assert!(is_json || one.len() < 3);
        for (key, value) in value.as_object().into_iter().flatten() {
            let found = member(&object, key).and_then(as_string);
            prop_assert_eq!(found.as_deref(), value.as_str());
        }
        let compacted = compact(&object).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        prop_assert_eq!(compacted, Some(value));
    }

    #[test]
    fn long_strings_with_a_flaw_are_refused_as_a_parser_refuses_them(
        before in string(),
        piece in prop::sample::select(PIECES.to_vec()),
        after in string(),
    ) {
        check(&format!("[\"{before}{piece}{after}\"]"));
    }

    #[test]
    fn what_was_decoded_is_written_so_that_it_is_read_again(string in string()) {
        let text = format!("\"{string}\"");
        let decoded = as_string(&text).map(String::from);
        let mut written = String::new();
        write_string(&mut written, decoded.as_deref().unwrap_or_default());
        prop_assert_eq!(serde_json::from_str::<String>(&written).ok(), decoded);
    }

    #[test]
    fn bytes_that_are_no_text_are_no_json(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            check(&format!("[\"{text}\"]"));
        }
    }
}
