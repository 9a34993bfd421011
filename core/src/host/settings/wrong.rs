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
