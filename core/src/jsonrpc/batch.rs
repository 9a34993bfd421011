//! An array of messages.

use super::parse::{FrameLimits, not_json, read_members};
use super::{Malformed, Message};
use crate::json::{Fault, Scanner};

/// What one element is, before the whole array is known to be JSON.
enum Element<'a> {
    Object(super::message::Members<'a>),
    Other,
}

/// Reads an array whose bracket was taken. Broken JSON anywhere refuses the whole; anything else only its own element.
pub(super) fn read<'a>(
    scanner: &mut Scanner<'a>,
    limits: &FrameLimits,
) -> Result<Vec<Result<Message<'a>, Malformed>>, Malformed> {
    let elements = read_elements(scanner, limits.max_batch).map_err(|fault| not_json(scanner, &fault))?;
    let Some(elements) = elements else {
        return Err(Malformed::invalid_request(format!(
            "the batch has more than {} messages",
            limits.max_batch
        )));
    };
    if elements.is_empty() {
        return Err(Malformed::invalid_request("the batch is empty"));
    }
    let judged = elements.into_iter().map(|element| match element {
        Element::Object(members) => members.judge(limits),
        Element::Other => Err(Malformed::invalid_request("a message in the batch is not an object")),
    });
    Ok(judged.collect())
}

/// The elements; `None` as soon as there are more than `max`.
fn read_elements<'a>(scanner: &mut Scanner<'a>, max: usize) -> Result<Option<Vec<Element<'a>>>, Fault> {
    let mut elements = Vec::new();
    scanner.begin_array()?;
    if scanner.take(b']') {
        scanner.end_container();
    } else {
        loop {
            if elements.len() >= max {
                return Ok(None);
            }
            elements.push(if scanner.take(b'{') {
                Element::Object(read_members(scanner, None)?)
            } else {
                scanner.value()?;
                scanner.take_flaw();
                Element::Other
            });
            if !scanner.another(b']')? {
                break;
            }
        }
    }
    scanner.end().map(|()| Some(elements))
}
