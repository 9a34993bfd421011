//! Asking the client from Rust: await the answer. Dropping the future takes the question back.

use tokio::sync::oneshot;

use super::{AnswerTo, Answered, CallContext, EventSender, Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::model::{Elicited, Question, Root, Sampled};
use crate::schema::{CompiledSchema, SchemaLimits};

impl CallContext {
    /// Asks the client, and waits for its answer: a JSON object, checked to be one to this question.
    ///
    /// # Errors
    /// [`FailureKind::MissingCapability`] when the client did not declare what the question needs;
    /// [`FailureKind::CannotAsk`] when there is no way to ask it; [`FailureKind::ClientError`] with its code, message and data
    /// when it answered with an error; [`FailureKind::TimedOut`] when the question's time is over; [`FailureKind::Overloaded`]
    /// when too many questions of this call are open.
    pub async fn ask(&self, question: Question) -> Answered {
        let mut answers = self.ask_all(vec![question]).await;
        answers.pop().unwrap_or_else(|| Err(over()))
    }

    /// Asks several questions at once, and waits for all answers, in order: a client that answers by calling again gets them
    /// together.
    pub async fn ask_all(&self, questions: Vec<Question>) -> Vec<Answered> {
        let mut receivers = Vec::with_capacity(questions.len());
        let asked = questions.into_iter().map(|question| {
            let (sender, receiver) = oneshot::channel();
            receivers.push(receiver);
            let answer_to: AnswerTo = Box::new(move |_, answer| {
                // An error means that nobody waits any more.
                let _ = sender.send(answer);
            });
            (question, answer_to)
        });
        let asked = asked.collect();
        let first = self.events.ask(asked);
        let mut waiting = Waiting { events: &self.events, next: first, left: receivers.len() };
        let mut answers = Vec::with_capacity(receivers.len());
        for receiver in receivers {
            answers.push(receiver.await.unwrap_or_else(|_| Err(over())));
            waiting.next = waiting.next.wrapping_add(1);
            waiting.left -= 1;
        }
        answers
    }

    /// Goes on with the request that the handler stands around
    /// ([`Registry::set_interception`](crate::registry::Registry::set_interception)), with these params, or without any with its
    /// own; `_meta` is the request's own where they have none. Waits for the result, a JSON object as the client's version knows
    /// it. May be called again, and not at all.
    ///
    /// # Errors
    /// [`FailureKind::Protocol`] with code, message and data where the answer is an error; [`FailureKind::CannotAsk`] where the
    /// handler stands around nothing.
    pub async fn next(&self, params: Option<&RawJson>) -> Answered {
        let text =
            params.map_or_else(|| "{}".to_owned(), |params| format!("{{\"params\":{}}}", params.as_str()));
        self.ask(Question::new(Question::NEXT, RawJson::from_checked(text))).await
    }

    /// Asks a person to fill in a form. `schema` is a flat JSON Schema object (ELI-5), and what was filled in is checked
    /// against it (ELI-8).
    ///
    /// # Errors
    /// As [`CallContext::ask`]; [`FailureKind::ClientError`] when what was filled in does not fit, and
    /// [`FailureKind::Internal`] when `schema` is no schema.
    pub async fn elicit(&self, message: &str, schema: &RawJson) -> Result<Elicited, Failure> {
        let mut params = String::from("{\"message\":");
        json::write_string(&mut params, message);
        params.push_str(",\"requestedSchema\":");
        params.push_str(schema.as_str());
        params.push('}');
        let answer = self.elicited(params).await?;
        if let Elicited::Accept(content) = &answer {
            check_filled(content, schema)?;
        }
        Ok(answer)
    }

    /// Asks a person to visit a page; the answer says whether they agreed to, not whether they are done (ELI-3). `id` is what
    /// a later notice of completion names; it goes to clients whose version knows it.
    ///
    /// # Errors
    /// As [`CallContext::ask`].
    pub async fn elicit_url(&self, message: &str, url: &str, id: &str) -> Result<Elicited, Failure> {
        let mut params = String::from("{\"mode\":\"url\",\"message\":");
        json::write_string(&mut params, message);
        params.push_str(",\"url\":");
        json::write_string(&mut params, url);
        params.push_str(",\"elicitationId\":");
        json::write_string(&mut params, id);
        params.push('}');
        self.elicited(params).await
    }

    async fn elicited(&self, params: String) -> Result<Elicited, Failure> {
        let question = Question::new(Question::ELICIT, RawJson::from_checked(params));
        Ok(Elicited::read(&self.ask(question).await?))
    }

    /// Asks the client's model. `params` is a JSON object: `messages`, `maxTokens`, and whatever else the method takes.
    ///
    /// # Errors
    /// As [`CallContext::ask`].
    pub async fn sample(&self, params: RawJson) -> Result<Sampled, Failure> {
        Ok(Sampled::read(&self.ask(Question::new(Question::SAMPLE, params)).await?))
    }

    /// Asks which folders the client works in.
    ///
    /// # Errors
    /// As [`CallContext::ask`].
    pub async fn list_roots(&self) -> Result<Vec<Root>, Failure> {
        let question = Question::new(Question::LIST_ROOTS, RawJson::empty_object());
        Ok(Root::read_all(&self.ask(question).await?))
    }
}

/// Compiled once there is something to check: a schema that is compiled takes more room than all of a call that waits.
fn check_filled(content: &RawJson, schema: &RawJson) -> Result<(), Failure> {
    let compiled = CompiledSchema::compile(schema, &SchemaLimits::default())
        .map_err(|error| Failure::new(FailureKind::Internal, format!("what a form asks for: {error}")))?;
    compiled.check(content).map_err(|violations| {
        let message = format!("the client's answer does not fit what was asked: {violations}");
        Failure::new(FailureKind::ClientError, message)
    })
}

/// Questions that are not answered yet. Dropped, they are taken back.
struct Waiting<'a> {
    events: &'a EventSender,
    next: u32,
    left: usize,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        for _ in 0..self.left {
            self.events.withdraw(self.next);
            self.next = self.next.wrapping_add(1);
        }
    }
}

fn over() -> Failure {
    Failure::new(FailureKind::CannotAsk, "the call ended before the client answered")
}
