//! From the members of an object to a message, or to the reason why it is none.

use super::parse::{FrameLimits, string};
use super::{Malformed, Message, Notification, Request, RequestId, Response, error_code};
use crate::json::{Flaw, as_integer, is_array, is_object, members};

/// The members that make a message, each as its text.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub(super) jsonrpc: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) params: Option<&'a str>,
    pub(super) result: Option<&'a str>,
    pub(super) error: Option<&'a str>,
    pub(super) two_ids: bool,
    pub(super) flaw: Option<Flaw>,
}

impl<'a> Members<'a> {
    /// Decides what the message is. Every refusal carries the id if there is a valid one (RPC-8).
    pub(super) fn judge(self, limits: &FrameLimits) -> Result<Message<'a>, Malformed> {
        let id = self.id.filter(|_| !self.two_ids).map(read_id);
        match self.decide(limits, id.as_ref()) {
            Ok(message) => Ok(message),
            Err(malformed) => {
                // Without a method this can only have been meant as a response.
                let response = self.method.is_none() && (self.result.is_some() || self.error.is_some());
                let answerable = malformed.answerable && !response;
                Err(malformed.with_id(id.and_then(Result::ok)).answerable(answerable))
            }
        }
    }

    fn decide(
        &self,
        limits: &FrameLimits,
        id: Option<&Result<RequestId, &'static str>>,
    ) -> Result<Message<'a>, Malformed> {
        if let Some(flaw) = &self.flaw {
            let message = format!("the message {flaw}");
            return Err(match flaw {
                Flaw::LoneSurrogate(_) => Malformed::parse_error(message),
                _ => Malformed::invalid_request(message),
            });
        }
        let refuse = |message: &str| Err(Malformed::invalid_request(message));
        match self.jsonrpc {
            Some("\"2.0\"") => {}
            Some(raw) if string(raw).as_deref() == Some("2.0") => {}
            Some(_) => return refuse("the member \"jsonrpc\" is not \"2.0\""),
            None => return refuse("the member \"jsonrpc\" is missing"),
        }
        let id = match id {
            Some(Ok(id)) => Some(id.clone()),
            Some(Err(why)) => return refuse(why),
            None => None,
        };
        let Some(raw_method) = self.method else {
            return self.response(id);
        };
        if self.result.is_some() || self.error.is_some() {
            return refuse("the message is both a request and a response");
        }
        let Some(method) = string(raw_method) else {
            return refuse("the member \"method\" is not a string");
        };
        if method.len() > limits.max_method {
            return refuse(&format!("the method's name is longer than {} bytes", limits.max_method));
        }
        if let Some(params) = self.params.filter(|params| !is_object(params)) {
            let mut malformed = Malformed::invalid_request("the member \"params\" is not an object");
            if is_array(params) {
                malformed.code = error_code::INVALID_PARAMS;
            }
            return Err(malformed.answerable(id.is_some()));
        }
        Ok(match id {
            Some(id) => Message::Request(Request { id, method, params: self.params }),
            None => Message::Notification(Notification { method, params: self.params }),
        })
    }

    /// A message without a method (RPC-7).
    fn response(&self, id: Option<RequestId>) -> Result<Message<'a>, Malformed> {
        let refuse = |message: &str| Err(Malformed::invalid_request(message));
        let outcome = match (self.result, self.error) {
            (None, None) => return refuse("the member \"method\" is missing"),
            (Some(_), Some(_)) => return refuse("the response has both a result and an error"),
            (Some(result), None) if is_object(result) => Ok(result),
            (Some(_), None) => return refuse("the member \"result\" is not an object"),
            (None, Some(error)) if is_error_object(error) => Err(error),
            (None, Some(_)) => {
                return refuse("the member \"error\" is not an object with an integer code and a message");
            }
        };
        match id {
            Some(id) => Ok(Message::Response(Response { id, outcome })),
            None => refuse("the response has no id"),
        }
    }
}

fn is_error_object(text: &str) -> bool {
    let (mut code, mut message) = (false, false);
    for (key, value) in members(text) {
        match key.as_ref() {
            "code" => code = as_integer(value).is_some(),
            "message" => message = string(value).is_some(),
            _ => {}
        }
    }
    code && message
}

/// The id that `raw` is, or why it is none (RPC-2).
pub(super) fn read_id(raw: &str) -> Result<RequestId, &'static str> {
    if let Some(text) = string(raw) {
        return Ok(RequestId::String(text.into()));
    }
    match as_integer(raw) {
        Some(value) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value) => {
            Ok(RequestId::Integer(value))
        }
        _ if raw == "null" => Err("the id is null"),
        _ if raw.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) => {
            Err("the id is not an integer of at most 64 bits")
        }
        _ => Err("the id is neither a string nor an integer"),
    }
}
