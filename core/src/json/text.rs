//! Reading single pieces of JSON text that was scanned before: numbers, words.
//!
//! Nothing here checks what the scan has checked, and nothing here panics on text that was not scanned after all.

/// The integer that this JSON text is, however it is written (`42`, `42.0`, `4.2e1`), if 128 bits hold it.
#[must_use]
pub fn as_integer(text: &str) -> Option<i128> {
    let text = text.trim_ascii();
    // Rust would also read `+1`.
    if text.starts_with('+') { None } else { text.parse().ok().or_else(|| whole(text)) }
}

/// The most digits a number of 128 bits has, and then some.
const MAX_DIGITS: usize = 48;

/// The integer that a number with a fraction or an exponent is.
fn whole(text: &str) -> Option<i128> {
    if !text.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{before}{after}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('-').is_empty() {
        return digits.ends_with('0').then_some(0);
    }
    let exponent: i64 = exponent.parse().ok()?;
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let zeros = usize::try_from(exponent.checked_add(zeros)? - i64::try_from(after.len()).ok()?).ok()?;
    if significant.len() > MAX_DIGITS || zeros > MAX_DIGITS {
        return None;
    }
    format!("{significant}{}", "0".repeat(zeros)).parse().ok()
}

/// The number that this JSON text is, as a double: for comparisons, not for passing on (RPC-15).
#[must_use]
pub fn as_number(text: &str) -> Option<f64> {
    serde_json::from_str(text).ok()
}

/// The boolean that this JSON text is.
#[must_use]
pub fn as_boolean(text: &str) -> Option<bool> {
    match text.trim_ascii() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// Whether this JSON text is `null`.
#[must_use]
pub fn is_null(text: &str) -> bool {
    text.trim_ascii() == "null"
}

/// Whether this JSON text is an object.
#[must_use]
pub fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{')
}

/// Whether this JSON text is an array.
#[must_use]
pub fn is_array(text: &str) -> bool {
    text.trim_ascii_start().starts_with('[')
}
