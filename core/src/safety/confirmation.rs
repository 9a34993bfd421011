//! A person is asked before a tool runs.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::options::Unsupported;
use crate::audit::visible;
use crate::handler::{CallContext, Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::model::{Elicited, Question};

/// The most bytes of arguments that a person is shown.
const SHOWN: usize = 4000;

/// What a person fills in. That the client says "accept" is not enough: it is what one that asks nobody would say.
const FORM: &str = r#"{"type":"object","properties":{"confirm":{"type":"boolean","title":"Run it","description":"Whether this is to be done"}},"required":["confirm"]}"#;

/// How a person is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// How long it may take.
    pub within: Duration,
    /// What becomes of the call where the client cannot ask.
    pub unsupported: Unsupported,
}

impl Default for Confirmation {
    fn default() -> Self {
        Self { within: Duration::from_secs(300), unsupported: Unsupported::default() }
    }
}

impl Confirmation {
    /// Asks a person whether this call may be done; returns when one has said so. The answer belongs to the call that asks: to its
    /// arguments, which are what is run, and to its caller, without whose credentials no answer comes here. It counts once.
    ///
    /// # Errors
    /// In words for a model where nobody says yes: declined, dismissed, too late, or no way to ask.
    pub(super) async fn ask(
        self,
        context: &CallContext,
        tool: &str,
        title: Option<&str>,
        arguments: &RawJson,
    ) -> Result<(), Failure> {
        let began = Instant::now();
        let question = Question::new(Question::ELICIT, params(tool, title, arguments)).within(self.within);
        let asking = context.ask(question);
        let answered = if tokio::runtime::Handle::try_current().is_ok() {
            let Ok(answered) = tokio::time::timeout(self.within, asking).await else { return Err(late()) };
            answered
        } else {
            asking.await
        };
        let answer = match answered {
            Ok(answer) => Elicited::read(&answer),
            Err(failure) => return self.unanswered(failure),
        };
        // A client that carries the question away itself comes back when it likes.
        if began.elapsed() > self.within {
            return Err(late());
        }
        match answer {
            Elicited::Accept(filled)
                if json::member(filled.as_str(), "confirm").and_then(json::as_boolean) == Some(true) =>
            {
                Ok(())
            }
            Elicited::Accept(_) | Elicited::Decline => {
                Err(refused("a person was asked whether this may be done, and said no; it was not done"))
            }
            Elicited::Cancel => Err(refused(
                "a person was asked whether this may be done, and gave no answer; it was not done",
            )),
        }
    }

    fn unanswered(self, failure: Failure) -> Result<(), Failure> {
        let cannot = matches!(failure.kind, FailureKind::MissingCapability | FailureKind::CannotAsk);
        if cannot && self.unsupported == Unsupported::Allow {
            return Ok(());
        }
        Err(match failure.kind {
            // Its client is told what it would have to declare (META-6).
            FailureKind::MissingCapability => Failure {
                message: "this is done only once a person has confirmed it, and this client cannot ask one \
                          (elicitation); it was not done"
                    .to_owned(),
                ..failure
            },
            FailureKind::CannotAsk => refused(
                "this is done only once a person has confirmed it, and nobody can be asked here; it was not done",
            ),
            FailureKind::TimedOut => late(),
            FailureKind::ShutDown => failure,
            _ => refused("a person could not be asked whether this may be done; it was not done")
                .with_detail(failure.message),
        })
    }
}

fn late() -> Failure {
    refused("nobody confirmed in time that this may be done; it was not done")
}

fn refused(message: &str) -> Failure {
    Failure::new(FailureKind::Tool, message)
}

fn params(tool: &str, title: Option<&str>, arguments: &RawJson) -> RawJson {
    let name = visible(tool, 256);
    let name = match title {
        Some(title) => format!("{} ({name})", visible(title, 256)),
        None => name,
    };
    let text = arguments.as_str().trim_ascii();
    let mut message = format!("May the tool {name} be run? It can change or destroy something.");
    if text != "{}" {
        message.push_str("\n\nWith: ");
        message.push_str(&visible(text, SHOWN));
        if text.len() > SHOWN {
            // Writing to a string cannot fail.
            let _ = write!(message, "\n\n(These are the first {SHOWN} of {} bytes.)", text.len());
        }
    }
    let mut params = String::from("{\"message\":");
    json::write_string(&mut params, &message);
    params.push_str(",\"requestedSchema\":");
    params.push_str(FORM);
    params.push('}');
    RawJson::from_checked(params)
}
