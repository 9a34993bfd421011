//! What is wrong with a configuration, said without repeating what stands there: it may be a secret at the wrong place.

/// A parser's sentence without the values in it.
pub(super) fn without_values(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some(at) = rest.find("string \"") {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        out.push_str("a text");
        // What is quoted has no such end in it that is not escaped, but may have anything else.
        rest = found.rfind("\", expected").map_or("", |end| found.get(end + 1..).unwrap_or_default());
    }
    out.push_str(rest);
    out
}

/// What is wrong with a text in TOML, and where.
pub(super) fn in_toml(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line =
        before.map_or_else(String::new, |before| format!("line {}: ", before.matches('\n').count() + 1));
    format!("{line}{}", without_values(error.message()))
}

/// What is wrong with a text in JSON, and where.
pub(super) fn in_json(text: &str, error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let (line, column) = (error.line(), error.column());
    let sentence = whole.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&whole);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let place = place(text.as_bytes().get(..before + column).unwrap_or(text.as_bytes()));
    let place = if place.is_empty() { place } else { place + ": " };
    let line = if text.contains('\n') { format!("line {line}: ") } else { String::new() };
    format!("{line}{place}{}", without_values(sentence))
}

/// Where in an object a text of JSON breaks off: the names on the way there, with dots between them.
fn place(text: &[u8]) -> String {
    let mut names: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => names.push(b""),
            b'}' | b']' => drop(names.pop()),
            b'"' => {
                let begin = at + 1;
                at = begin;
                while text.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                let is_name = text.get(at + 1..).unwrap_or_default().trim_ascii_start().starts_with(b":");
                if let (true, Some(name)) = (is_name, names.last_mut()) {
                    *name = text.get(begin..at).unwrap_or_default();
                }
            }
            _ => {}
        }
        at += 1;
    }
    let names = names.into_iter().filter(|name| !name.is_empty()).map(String::from_utf8_lossy);
    names.collect::<Vec<_>>().join(".")
}
