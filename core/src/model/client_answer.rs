//! What clients answer to questions, as Rust authors get it. Read from results that were checked to be answers.

use crate::json::{self, RawJson};

/// What a person did with a form, or with a page to visit (ELI-6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elicited {
    /// Agreed; what was filled in, a JSON object, `{}` for a page.
    Accept(RawJson),
    /// Said no.
    Decline,
    /// Went away without a choice.
    Cancel,
}

/// What the client's model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// Whose words these are: `assistant`, as a rule.
    pub role: String,
    /// One block of content, or a JSON array of them.
    pub content: RawJson,
    /// Which model it was.
    pub model: String,
    /// Why it stopped (SAM-9), if the client says.
    pub stop_reason: Option<String>,
}

/// A folder or file the client works in (ROOT-*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it is: a `file://` URI, as a rule.
    pub uri: String,
    /// What the client calls it.
    pub name: Option<String>,
}

fn text(object: &str, name: &str) -> Option<String> {
    json::member(object, name).and_then(json::as_string).map(Into::into)
}

impl Elicited {
    pub(crate) fn read(answer: &RawJson) -> Self {
        match text(answer.as_str(), "action").as_deref() {
            Some("accept") => {
                let content = json::member(answer.as_str(), "content").filter(|text| json::is_object(text));
                Self::Accept(content.map_or_else(RawJson::empty_object, RawJson::from_checked))
            }
            Some("decline") => Self::Decline,
            _ => Self::Cancel,
        }
    }
}

impl Sampled {
    pub(crate) fn read(answer: &RawJson) -> Self {
        let object = answer.as_str();
        Self {
            role: text(object, "role").unwrap_or_default(),
            content: RawJson::from_checked(json::member(object, "content").unwrap_or("[]")),
            model: text(object, "model").unwrap_or_default(),
            stop_reason: text(object, "stopReason"),
        }
    }
}

impl Root {
    pub(crate) fn read_all(answer: &RawJson) -> Vec<Self> {
        let roots = json::member(answer.as_str(), "roots").unwrap_or("[]");
        let read = |root| Some(Self { uri: text(root, "uri")?, name: text(root, "name") });
        json::elements(roots).filter_map(read).collect()
    }
}
