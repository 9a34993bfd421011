//! Paths of files inside a skill, and the URIs they have.

/// Why a text cannot be the path of a file in a skill: names with `/` between them, none of which is special anywhere.
pub(super) fn flaw(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.starts_with('/') {
        return Some("it is absolute; name the file from the skill's folder on");
    }
    if path.contains('\\') {
        return Some("it has a backslash; write /");
    }
    if path
        .split('/')
        .next()
        .is_some_and(|first| first.ends_with(':') || first.as_bytes().get(1) == Some(&b':'))
    {
        return Some("it begins with a drive; name the file from the skill's folder on");
    }
    if path.chars().any(char::is_control) {
        return Some("it has a control character");
    }
    if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Some("it has an empty segment, \".\" or \"..\"");
    }
    None
}

/// The URI of a path below `skill://`. What may stand for something else in a URI has a percent code.
pub(super) fn uri(path: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut uri = String::with_capacity(path.len() + 8);
    uri.push_str("skill://");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => {
                uri.push('%');
                uri.push(char::from(HEX[usize::from(byte >> 4)]));
                uri.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
    uri
}

/// The directories a path lies in, the nearest first.
pub(super) fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..at])
}

/// The last segment.
pub(super) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
