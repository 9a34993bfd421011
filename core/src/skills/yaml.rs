//! YAML to JSON, for what frontmatter may hold: the values JSON has, by YAML 1.2's core schema.
//!
//! Hosts read the same text with a reader of their own and compare: whatever readers disagree about is refused, and so is
//! what lets a few bytes stand for many (aliases).

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use crate::json::write_string;

/// How deep lists and mappings may lie in each other.
const MAX_DEPTH: usize = 32;

/// The one document in `text`, as JSON.
///
/// # Errors
/// A sentence that says what cannot be read.
pub(super) fn to_json(text: &str) -> Result<String, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), out: String::with_capacity(text.len()) };
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) => {}
            event => {
                reader.value(event, 0)?;
                break;
            }
        }
    }
    match (reader.next()?, reader.next()?) {
        (Event::DocumentEnd, Event::StreamEnd) => Ok(reader.out),
        _ => Err("it holds more than one YAML document".to_owned()),
    }
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    out: String,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Event<'a>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(format!("it is not YAML: {error}")),
            None => Ok(Event::StreamEnd),
        }
    }

    fn value(&mut self, event: Event<'a>, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(format!("it is nested more than {MAX_DEPTH} deep"));
        }
        match event {
            Event::Scalar(text, style, _, tag) => scalar(&mut self.out, &text, style, tag.as_deref()),
            Event::SequenceStart(_, None) => self.list(depth),
            Event::MappingStart(_, None) => self.mapping(depth),
            Event::SequenceStart(_, Some(tag)) | Event::MappingStart(_, Some(tag)) => Err(foreign(&tag)),
            Event::Alias(_) => Err("it uses a YAML alias; write the value out".to_owned()),
            _ => Err("it ends too early".to_owned()),
        }
    }

    fn list(&mut self, depth: usize) -> Result<(), String> {
        self.out.push('[');
        let mut first = true;
        loop {
            match self.next()? {
                Event::SequenceEnd => break,
                event => {
                    self.comma(&mut first);
                    self.value(event, depth + 1)?;
                }
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn mapping(&mut self, depth: usize) -> Result<(), String> {
        self.out.push('{');
        let (mut first, mut seen) = (true, HashSet::new());
        loop {
            let key = match self.next()? {
                Event::MappingEnd => break,
                Event::Scalar(text, style, _, tag) => {
                    let mut written = String::new();
                    scalar(&mut written, &text, style, tag.as_deref())?;
                    if !written.starts_with('"') {
                        return Err(format!("the key {text:?} is not a text; put it in quotes"));
                    }
                    if !seen.insert(text.to_string()) {
                        return Err(format!("the key {text:?} is there twice"));
                    }
                    written
                }
                _ => return Err("a key is not a text".to_owned()),
            };
            self.comma(&mut first);
            self.out.push_str(&key);
            self.out.push(':');
            let event = self.next()?;
            self.value(event, depth + 1)?;
        }
        self.out.push('}');
        Ok(())
    }

    fn comma(&mut self, first: &mut bool) {
        if !std::mem::replace(first, false) {
            self.out.push(',');
        }
    }
}

fn foreign(tag: &Tag) -> String {
    format!("it uses the YAML tag {tag}; write a plain value")
}

/// Writes a scalar: what is plain may be a number or a word of JSON's, everything else is a text.
fn scalar(out: &mut String, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<(), String> {
    match tag {
        None => {}
        Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => {
            write_string(out, text);
            return Ok(());
        }
        Some(tag) => return Err(foreign(tag)),
    }
    if style != ScalarStyle::Plain {
        write_string(out, text);
        return Ok(());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => out.push_str("null"),
        "true" | "True" | "TRUE" => out.push_str("true"),
        "false" | "False" | "FALSE" => out.push_str("false"),
        _ => match number(text)? {
            Some(number) => out.push_str(&number),
            None => write_string(out, text),
        },
    }
    Ok(())
}

/// The JSON number that a plain scalar is, if it is one.
fn number(text: &str) -> Result<Option<String>, String> {
    let unusable = || format!("the number {text} has no counterpart in JSON; put it in quotes");
    let based = |digits: &str, radix| match u64::from_str_radix(digits, radix) {
        Ok(value) => Ok(Some(value.to_string())),
        Err(_) => Err(unusable()),
    };
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let all = |text: &str, digit: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(digit);
    if let Some(digits) = text.strip_prefix("0x").filter(|digits| all(digits, u8::is_ascii_hexdigit)) {
        return based(digits, 16);
    }
    if let Some(digits) =
        text.strip_prefix("0o").filter(|digits| all(digits, |byte| (b'0'..=b'7').contains(byte)))
    {
        return based(digits, 8);
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(unusable());
    }
    if all(unsigned, u8::is_ascii_digit) {
        let digits = unsigned.trim_start_matches('0');
        // More digits than a double's exponent reaches are no number to most readers.
        if digits.len() > 300 {
            return Err(unusable());
        }
        return Ok(Some(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") }));
    }
    if !is_decimal(unsigned) {
        return Ok(None);
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Some(format!("{value:?}"))),
        _ => Err(unusable()),
    }
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mantissa = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    let exponent = exponent.is_none_or(|text| {
        let text = text.strip_prefix(['-', '+']).unwrap_or(text);
        !text.is_empty() && digits(text)
    });
    mantissa && exponent
}
