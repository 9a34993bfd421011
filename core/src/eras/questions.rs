//! Questions to the client: what each needs the client to have declared, and how they travel.

use crate::eras::items::Object;
use crate::handler::{Failure, FailureKind};
use crate::json::{self, RawJson};
use crate::model::Question;
use crate::protocol_version::{Era, ProtocolVersion};

/// How a call's questions reach its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayToAsk {
    /// As requests of ours, while the call waits (DOWN-11).
    Requests,
    /// In a result that has the client call again with the answers (MRTR-1).
    Retries,
}

impl WayToAsk {
    /// The way of this version.
    #[must_use]
    pub const fn of(version: ProtocolVersion) -> Self {
        match version.era() {
            Era::Legacy => Self::Requests,
            Era::Modern => Self::Retries,
        }
    }
}

/// Why a client that declared `declared`, a JSON object, cannot be asked this; `None` where it can (META-5, ELI-2, SAM-2).
/// The failure's data names what is missing, as the client would declare it. Methods of extensions are not looked at.
#[must_use]
pub fn missing_capability(
    question: &Question,
    declared: Option<&RawJson>,
    version: ProtocolVersion,
) -> Option<Failure> {
    let capability = |name: &str| declared.and_then(|text| json::member(text.as_str(), name));
    let has = |text: Option<&str>, name: &str| text.is_some_and(|text| json::member(text, name).is_some());
    let features = version.features();
    match question.method.as_str() {
        Question::ELICIT => {
            let elicitation = capability("elicitation").filter(|text| json::is_object(text));
            let by_url = question.param("mode").and_then(json::as_string).as_deref() == Some("url");
            if !features.elicitation {
                return Some(not_of(version, "elicitation", None));
            }
            if by_url && !features.elicitation_modes {
                return Some(not_of(version, "elicitation", Some("url")));
            }
            if !features.elicitation_modes {
                return elicitation.is_none().then(|| undeclared("elicitation", None));
            }
            let mode = if by_url { "url" } else { "form" };
            // ELI-1: an empty object means forms only.
            let named = has(elicitation, "form") || has(elicitation, "url");
            let declared = has(elicitation, mode) || (elicitation.is_some() && !by_url && !named);
            (!declared).then(|| undeclared("elicitation", Some(mode)))
        }
        Question::SAMPLE => {
            let sampling = capability("sampling");
            let with_tools = question.param("tools").or_else(|| question.param("toolChoice"));
            match with_tools.filter(|text| !json::is_null(text)) {
                None => sampling.is_none().then(|| undeclared("sampling", None)),
                Some(_) if !features.sampling_tools => Some(not_of(version, "sampling", Some("tools"))),
                Some(_) => (!has(sampling, "tools")).then(|| undeclared("sampling", Some("tools"))),
            }
        }
        Question::LIST_ROOTS => capability("roots").is_none().then(|| undeclared("roots", None)),
        _ => None,
    }
}

fn undeclared(capability: &str, part: Option<&str>) -> Failure {
    let named = named(capability, part);
    missing(
        format!("the client cannot be asked this: it did not declare the capability {named}"),
        capability,
        part,
    )
}

fn not_of(version: ProtocolVersion, capability: &str, part: Option<&str>) -> Failure {
    let named = named(capability, part);
    let message = format!("the client cannot be asked this: its protocol version, {version}, has no {named}");
    missing(message, capability, part)
}

fn named(capability: &str, part: Option<&str>) -> String {
    part.map_or_else(|| capability.to_owned(), |part| format!("{capability}.{part}"))
}

fn missing(message: String, capability: &str, part: Option<&str>) -> Failure {
    let mut data = String::with_capacity(64);
    let mut object = Object::begin(&mut data);
    let required = match part {
        Some(part) => format!("{{\"{capability}\":{{\"{part}\":{{}}}}}}"),
        None => format!("{{\"{capability}\":{{}}}}"),
    };
    object.raw("requiredCapabilities", &required).end();
    Failure::new(FailureKind::MissingCapability, message).with_data(RawJson::from_checked(data))
}
