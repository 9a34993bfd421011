//! What a call can ask of its client.

use std::time::Duration;

use crate::json::{self, RawJson};

/// A question to the client: elicitation, sampling, its roots, or a method of an extension's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The method that asks it, such as [`Question::ELICIT`].
    pub method: String,
    /// Its params: a JSON object.
    pub params: RawJson,
    /// How long to wait for the answer; `None` is for as long as the call runs.
    pub timeout: Option<Duration>,
}

impl Question {
    /// Asks a person (ELI-*).
    pub const ELICIT: &'static str = "elicitation/create";
    /// Asks the client's model (SAM-*).
    pub const SAMPLE: &'static str = "sampling/createMessage";
    /// Asks which folders the client works in (ROOT-*).
    pub const LIST_ROOTS: &'static str = "roots/list";

    /// Not to the client: whoever stands around a method asks what comes next.
    pub const NEXT: &'static str = "oxmcp/next";

    /// A question without a time limit.
    #[must_use]
    pub fn new(method: impl Into<String>, params: RawJson) -> Self {
        Self { method: method.into(), params, timeout: None }
    }

    /// The same question, given up after `limit`.
    #[must_use]
    pub const fn within(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The text of the member `name` of its params.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        json::member(self.params.as_str(), name)
    }

    /// Whether `answer`, a client's result, is one to this question (ELI-6). Members that it does not know are let pass.
    ///
    /// # Errors
    /// A sentence that names what is wrong, and repeats nothing of the answer.
    pub fn check_answer(&self, answer: &RawJson) -> Result<(), &'static str> {
        let member = |name: &str| json::member(answer.as_str(), name);
        let is_string = |name: &str| member(name).is_some_and(|text| json::as_string(text).is_some());
        if !answer.is_object() {
            return Err("it is not an object");
        }
        match self.method.as_str() {
            Self::ELICIT => match member("action").and_then(json::as_string).as_deref() {
                Some("accept" | "decline" | "cancel") => match member("content") {
                    Some(content) if !json::is_object(content) && !json::is_null(content) => {
                        Err("content: must be an object")
                    }
                    _ => Ok(()),
                },
                _ => Err("action: must be accept, decline or cancel"),
            },
            Self::SAMPLE => {
                let is_content = |text: &str| json::is_object(text) || json::is_array(text);
                if !matches!(member("role").and_then(json::as_string).as_deref(), Some("user" | "assistant"))
                {
                    Err("role: must be user or assistant")
                } else if !member("content").is_some_and(is_content) {
                    Err("content: must be a block of content, or an array of them")
                } else if is_string("model") {
                    Ok(())
                } else {
                    Err("model: must be a string")
                }
            }
            Self::LIST_ROOTS => {
                let Some(roots) = member("roots").filter(|text| json::is_array(text)) else {
                    return Err("roots: must be an array");
                };
                let has_uri = |root: &str| json::member(root, "uri").and_then(json::as_string).is_some();
                if json::elements(roots).all(has_uri) { Ok(()) } else { Err("roots: each must have a uri") }
            }
            _ => Ok(()),
        }
    }
}
