//! What people write for true and false where a schema asks for one of them.

use serde_json::Value;

/// As models and the validation libraries of both host languages write and read it; without regard to case.
const TRUE: [&str; 6] = ["true", "t", "yes", "y", "on", "1"];
const FALSE: [&str; 6] = ["false", "f", "no", "n", "off", "0"];

/// The truth value that text or a number plausibly stands for.
pub(super) fn meant(value: &Value) -> Option<bool> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
            if is(&TRUE) { Some(true) } else { is(&FALSE).then_some(false) }
        }
        Value::Number(number) => match number.as_f64() {
            Some(1.0) => Some(true),
            Some(0.0) => Some(false),
            _ => None,
        },
        _ => None,
    }
}
