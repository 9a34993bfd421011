//! What earlier rounds of a call brought, for handlers that return their questions instead of waiting for the answers.

use std::fmt;

use crate::json::{RawJson, write_string};

/// The answers a handler got that returned [`Output::InputRequired`](crate::model::Output::InputRequired) before, and is invoked
/// again.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// By the key the handler chose: the client's result, a JSON object that was checked to be an answer to its question where
    /// the question is known (it is not where a client answers without giving the state back).
    pub given: Vec<(String, RawJson)>,
    /// The state the handler gave along. Nobody but the handler made it: it came back sealed (MRTR-8).
    pub state: Option<String>,
}

impl Answers {
    /// The answer to the question with this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&RawJson> {
        self.given.iter().find_map(|(given, answer)| (given == key).then_some(answer))
    }

    /// All of them as the text of a JSON object, by key: what a host language gets.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        for (key, answer) in &self.given {
            if out.len() > 1 {
                out.push(',');
            }
            write_string(&mut out, key);
            out.push(':');
            out.push_str(answer.as_str());
        }
        out.push('}');
        out
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was answered may be private.
        formatter.debug_struct("Answers").field("given", &self.given.len()).finish_non_exhaustive()
    }
}
