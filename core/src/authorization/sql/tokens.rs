//! SQL cut into tokens, where every database cuts it the same way.
//!
//! What some take for a comment, an escape or a quote and others do not is refused: the text that was checked must be the text that
//! runs.

/// The longest statement that is looked at, in bytes.
const MAX_BYTES: usize = 64 << 10;

/// The longest name.
const MAX_NAME: usize = 128;

/// A piece of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A name or keyword.
    Word(&'a str),
    /// A name in quotes.
    Quoted(&'a str),
    /// A text, a number, or a place for one.
    Value,
    /// A bracket, a comma, a dot, a semicolon, or a character of an operator.
    Symbol(u8),
}

/// # Errors
/// What cannot be cut.
pub(super) fn tokens(sql: &str) -> Result<Vec<Token<'_>>, String> {
    if sql.len() > MAX_BYTES {
        return Err(format!("it is longer than {MAX_BYTES} bytes"));
    }
    let bytes = sql.as_bytes();
    let mut all = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let start = at;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'\'' => {
                at = end_of_text(bytes, at)?;
                all.push(Token::Value);
            }
            b'"' | b'`' => {
                let inner = sql.get(at + 1..).unwrap_or_default();
                let length = inner.find(char::from(byte)).ok_or("a quote is not closed")?;
                let name = inner.get(..length).unwrap_or_default();
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_ -$".contains(&byte);
                if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_plain) {
                    return Err(
                        "a name in quotes has other characters than letters, digits, _, $, - and spaces; \
                                texts have single quotes"
                            .to_owned(),
                    );
                }
                at += length + 2;
                if bytes.get(at).is_some_and(|&after| after == byte || is_of_name(after)) {
                    return Err("a name in quotes is followed by what may belong to it".to_owned());
                }
                all.push(Token::Quoted(name));
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                at = end_of_name(bytes, at);
                if matches!(bytes.get(at), Some(b'\'' | b'"' | b'`')) {
                    return Err("a word stands next to a quote, which means something else in each database"
                        .to_owned());
                }
                if at - start > MAX_NAME {
                    return Err("a name is too long".to_owned());
                }
                all.push(Token::Word(sql.get(start..at).unwrap_or_default()));
            }
            b'0'..=b'9' => {
                at = end_of_number(bytes, at)?;
                all.push(Token::Value);
            }
            b'.' if next.is_some_and(|next| next.is_ascii_digit()) && !follows_name(&all) => {
                at = end_of_number(bytes, at)?;
                all.push(Token::Value);
            }
            b'?' => {
                at += 1;
                all.push(Token::Value);
            }
            b'$' if next.is_some_and(|next| next.is_ascii_digit()) => {
                at = end_of_name(bytes, at + 1);
                if !bytes.get(start + 1..at).is_some_and(|digits| digits.iter().all(u8::is_ascii_digit)) {
                    return Err("a $ is not followed by a number alone".to_owned());
                }
                all.push(Token::Value);
            }
            b'@' if next.is_some_and(|next| next.is_ascii_alphabetic()) => {
                at = end_of_name(bytes, at + 1);
                all.push(Token::Value);
            }
            b':' if next == Some(b':') => {
                at += 2;
                all.push(Token::Symbol(b':'));
            }
            b':' if next.is_some_and(|next| next.is_ascii_alphabetic()) => {
                at = end_of_name(bytes, at + 1);
                all.push(Token::Value);
            }
            b'-' if next == Some(b'-') => return Err("it has a comment, or two minus signs".to_owned()),
            b'/' if next == Some(b'*') => return Err("it has a comment".to_owned()),
            b'&' if matches!(next, Some(b'\'' | b'"')) => {
                return Err("an & stands next to a quote".to_owned());
            }
            b'(' | b')' | b',' | b'.' | b';' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'='
            | b'!' | b'|' | b'&' | b'^' | b'~' => {
                at += 1;
                all.push(Token::Symbol(byte));
            }
            _ => {
                let other = sql.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
                return Err(format!("{other:?} means something else in each database, or nothing"));
            }
        }
    }
    Ok(all)
}

fn follows_name(all: &[Token<'_>]) -> bool {
    matches!(all.last(), Some(Token::Word(_) | Token::Quoted(_)))
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn end_of_name(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    // A letter beyond ASCII ends it, and is refused as what comes next.
    at + rest.iter().position(|&byte| !(is_of_name(byte) && byte.is_ascii())).unwrap_or(rest.len())
}

/// The position after the text whose quote is at `at`; a quote in it is doubled.
fn end_of_text(bytes: &[u8], mut at: usize) -> Result<usize, String> {
    loop {
        at += 1;
        match bytes.get(at) {
            None => return Err("a quote is not closed".to_owned()),
            Some(b'\'') if bytes.get(at + 1) == Some(&b'\'') => at += 1,
            Some(b'\'') => return Ok(at + 1),
            Some(b'\\') => {
                return Err("a text has a backslash, which escapes in some databases only".to_owned());
            }
            Some(b'\t' | b'\n' | b'\r') => {}
            Some(byte) if byte.is_ascii_control() => return Err("a text has a control character".to_owned()),
            Some(_) => {}
        }
    }
}

fn end_of_number(bytes: &[u8], mut at: usize) -> Result<usize, String> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    at = digits(at);
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        if matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
        at = digits(at);
    }
    match bytes.get(at) {
        Some(&after) if is_of_name(after) || matches!(after, b'\'' | b'"' | b'`' | b'.') => {
            Err("a number is followed by what may belong to it".to_owned())
        }
        _ => Ok(at),
    }
}
