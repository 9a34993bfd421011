//! From values to a URI, as RFC 6570 §3.2 has it for values that are strings.

use std::fmt::Write as _;

/// How an operator joins its values (RFC 6570, appendix A).
struct Style {
    first: &'static str,
    separator: &'static str,
    named: bool,
    /// What follows the name of an empty value.
    if_empty: &'static str,
    keep_reserved: bool,
}

impl Style {
    fn of(operator: char) -> Self {
        let plain = Self { first: "", separator: ",", named: false, if_empty: "", keep_reserved: false };
        match operator {
            '+' => Self { keep_reserved: true, ..plain },
            '#' => Self { first: "#", keep_reserved: true, ..plain },
            '.' => Self { first: ".", separator: ".", ..plain },
            '/' => Self { first: "/", separator: "/", ..plain },
            ';' => Self { first: ";", separator: ";", named: true, ..plain },
            '?' => Self { first: "?", separator: "&", named: true, if_empty: "=", ..plain },
            '&' => Self { first: "&", separator: "&", named: true, if_empty: "=", ..plain },
            _ => plain,
        }
    }
}

/// Expands a template that was parsed before.
pub(super) fn expand(template: &str, values: &[(&str, &str)]) -> String {
    let mut uri = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        encode(&mut uri, literal, true);
        let (expression, after) = after.split_once('}').unwrap_or((after, ""));
        expression_of(&mut uri, expression, values);
        rest = after;
    }
    encode(&mut uri, rest, true);
    uri
}

fn expression_of(uri: &mut String, expression: &str, values: &[(&str, &str)]) {
    let (operator, names) = super::parse::operator(expression);
    let style = Style::of(operator);
    let mut lead = style.first;
    for written in names.split(',') {
        let (name, longest) = written.trim_end_matches('*').split_once(':').map_or_else(
            || (written.trim_end_matches('*'), usize::MAX),
            |(name, longest)| (name, longest.parse().unwrap_or(usize::MAX)),
        );
        let Some((_, value)) = values.iter().find(|(given, _)| *given == name) else { continue };
        uri.push_str(lead);
        lead = style.separator;
        if style.named {
            uri.push_str(name);
            uri.push_str(if value.is_empty() { style.if_empty } else { "=" });
        }
        let end = value.char_indices().nth(longest).map_or(value.len(), |(end, _)| end);
        encode(uri, &value[..end], style.keep_reserved);
    }
}

/// Appends text with everything percent-encoded that may not stand in a URI, or that would mean something there.
fn encode(uri: &mut String, text: &str, keep_reserved: bool) {
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let keep = match byte {
            b'-' | b'.' | b'_' | b'~' => true,
            b'%' => {
                keep_reserved
                    && matches!(bytes.get(index + 1..index + 3), Some(digits) if digits.iter().all(u8::is_ascii_hexdigit))
            }
            _ => byte.is_ascii_alphanumeric() || keep_reserved && b":/?#[]@!$&'()*+,;=".contains(&byte),
        };
        if keep {
            uri.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
}
