//! From what the checker reports to plain words.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, JsonTypeSet, ValidationError};
use serde_json::Value;

use super::forms::{self, Form, Meant};
use super::violations::{Violation, instance_path};

/// How many of the schema's own values are listed, and how much of each.
const LISTED: usize = 20;
const LISTED_CHARACTERS: usize = 60;

/// Describes an error by one violation or, where it has parts, by several.
pub(super) fn describe(error: &ValidationError<'_>, found: &mut dyn FnMut(Violation)) {
    let field = |member: Option<&str>| instance_path(error.instance_path(), member);
    let problem = match error.kind() {
        Kind::Required { property } => {
            let field = field(property.as_str());
            return found(Violation { field, problem: "is required".to_owned() });
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                found(Violation { field: field(Some(name)), problem: "is not a known field".to_owned() });
            }
            return;
        }
        Kind::PropertyNames { error: inner } => {
            let field = field(inner.instance().as_str());
            return found(Violation { field, problem: "is not an allowed name for a field".to_owned() });
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            return describe_forms(error, context, found);
        }
        Kind::Type { kind } => format!("must be {}", types(type_set(kind))),
        Kind::Enum { options } => one_of(options),
        Kind::Constant { expected_value } => format!("must be {}", shown(expected_value)),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("must have at least {}", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("must have at most {}", count(*limit, "character")),
        Kind::MinItems { limit } => format!("must have at least {}", count(*limit, "item")),
        Kind::MaxItems { limit } => format!("must have at most {}", count(*limit, "item")),
        Kind::AdditionalItems { limit } => {
            format!("must have at most {}", count(u64::try_from(*limit).unwrap_or(u64::MAX), "item"))
        }
        Kind::MinProperties { limit } => format!("must have at least {}", count(*limit, "field")),
        Kind::MaxProperties { limit } => format!("must have at most {}", count(*limit, "field")),
        Kind::Pattern { pattern } => format!("must match the pattern {}", shortened(pattern)),
        Kind::UniqueItems => "must not have the same item twice".to_owned(),
        Kind::Contains => "lacks an item that it must contain".to_owned(),
        Kind::UnevaluatedItems { .. } => "has more items than are known".to_owned(),
        Kind::FalseSchema => "is not allowed here".to_owned(),
        Kind::Not { .. } => "is one of the values that are excluded here".to_owned(),
        Kind::OneOfMultipleValid { .. } => {
            "fits more than one of several forms that exclude each other".to_owned()
        }
        Kind::Format { format } => format!("must be in the format {}", shortened(format)),
        Kind::ContentEncoding { content_encoding } => {
            format!("must be encoded as {}", shortened(content_encoding))
        }
        Kind::ContentMediaType { content_media_type } => {
            format!("must be a document of type {}", shortened(content_media_type))
        }
        Kind::FromUtf8 { .. } => "must be encoded UTF-8 text".to_owned(),
        Kind::BacktrackLimitExceeded { .. } => "takes too long to be matched with its pattern".to_owned(),
        Kind::Custom { keyword, message } if keyword == "multipleOf" => message.clone(),
        Kind::Custom { .. } | Kind::Referencing(_) | Kind::RegexEngineFailure { .. } => {
            "cannot be checked".to_owned()
        }
    };
    found(Violation { field: field(None), problem });
}

/// Describes a value that fits none of several schemas by what is wrong for the one it was probably meant for.
fn describe_forms(error: &ValidationError<'_>, forms: &[Form], found: &mut dyn FnMut(Violation)) {
    let field = |error: &ValidationError<'_>| instance_path(error.instance_path(), None);
    let meant = match forms::meant(error, forms) {
        Meant::NoneOf(wanted) => {
            return found(Violation { field: field(error), problem: format!("must be {}", types(wanted)) });
        }
        Meant::Forms(meant) => meant,
    };
    if let [form] = meant.as_slice() {
        return form.iter().for_each(|error| describe(error, found));
    }
    // What is wrong whichever was meant.
    let mut shared = described(meant[0]);
    for form in &meant[1..] {
        let described = described(form);
        shared.retain(|violation| described.contains(violation));
    }
    if let Some((tag, taken)) = forms::unknown_tag(error, &meant) {
        shared.push(Violation { field: field(tag), problem: one_of(&Value::Array(taken)) });
    }
    if shared.is_empty() {
        let problem = format!("fits none of the {} forms that are allowed here", forms.len());
        shared.push(Violation { field: field(error), problem });
    }
    shared.into_iter().for_each(found);
}

fn described(form: &Form) -> Vec<Violation> {
    let mut violations = Vec::new();
    for error in form {
        describe(error, &mut |violation| violations.push(violation));
    }
    violations
}

/// The types that an error of this kind asks for.
pub(super) fn type_set(kind: &TypeKind) -> JsonTypeSet {
    match kind {
        TypeKind::Single(kind) => JsonTypeSet::empty().insert(*kind),
        TypeKind::Multiple(kinds) => *kinds,
    }
}

/// "an integer", "a string or null".
fn types(kinds: JsonTypeSet) -> String {
    let names = kinds.iter().map(|kind| match kind {
        JsonType::Array => "an array",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "a string",
    });
    // Null reads best at the end.
    let (null, mut names): (Vec<_>, Vec<_>) = names.partition(|&name| name == "null");
    names.extend(null);
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "something else".to_owned(),
    }
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    let listed: Vec<String> = options.iter().take(LISTED).map(shown).collect();
    match (listed.as_slice(), options.len().saturating_sub(LISTED)) {
        ([only], 0) => format!("must be {only}"),
        (_, 0) => format!("must be one of {}", listed.join(", ")),
        (_, more) => format!("must be one of {} or {more} others", listed.join(", ")),
    }
}

/// One of the schema's own values.
fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LISTED_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn count(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
