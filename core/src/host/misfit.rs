//! What is wrong with a front end's JSON, in words that its author knows: neither the parser's, nor names of our types.

/// A sentence about JSON that is not what was to be read, without its place in a text that nobody but us wrote.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rfind(" at line ").map_or(&*text, |end| &text[..end]);
    let quoted = |start: &str| text.strip_prefix(start)?.split('`').nth(1).map(ToOwned::to_owned);
    if let Some(member) = quoted("missing field") {
        return format!("its member {member:?} is missing");
    }
    if let Some(member) = quoted("unknown field").or_else(|| quoted("duplicate field")) {
        return format!("its member {member:?} is one too many");
    }
    if text.starts_with("invalid length") {
        return "a list stands where an object belongs".to_owned();
    }
    let rest = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    match rest.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, wanted)) => format!("{} stands where {} belongs", value(found), kind(wanted)),
        None if error.is_data() => "one of its members is of another kind than it has to be".to_owned(),
        None => "it is not JSON".to_owned(),
    }
}

/// A value as the parser shows it: `string "x"`, ``integer `5` ``, `map`.
fn value(found: &str) -> String {
    let inside = || found.split('`').nth(1).unwrap_or_default();
    match found.split([' ', '`']).next() {
        Some("string") => format!("the text {}", found.trim_start_matches("string ")),
        Some("integer" | "floating") => format!("the number {}", inside()),
        Some("boolean") => inside().to_owned(),
        Some("sequence") => "a list".to_owned(),
        Some("map" | "newtype") => "an object".to_owned(),
        _ => "null".to_owned(),
    }
}

/// What the parser expected: `a boolean`, `u64`, `struct Text with 3 elements`.
fn kind(wanted: &str) -> &'static str {
    match wanted.split(' ').next().unwrap_or_default() {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "struct" | "map" => "an object",
        _ if wanted == "a boolean" => "true or false",
        _ if wanted == "a string" => "a text",
        _ if wanted == "a sequence" => "a list",
        _ if wanted == "a map" => "an object",
        _ => "something else",
    }
}
