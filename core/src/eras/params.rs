//! The members of a request's params that some era knows, found in one pass and left as text.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::json::{self, RawJson, SharedText};
use crate::jsonrpc::{Outline, RequestId};
use crate::model::{Completion, CompletionReference, Operation, OperationKind};

/// The known members of a params object: JSON texts, borrowed from the frame. Unknown members are ignored (RPC-12).
#[derive(Debug, Clone, Default)]
pub struct Params<'a> {
    /// The whole object, if there is one.
    pub text: Option<&'a str>,
    pub meta: Option<&'a str>,
    pub name: Option<&'a str>,
    pub arguments: Option<&'a str>,
    pub uri: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub reference: Option<&'a str>,
    pub argument: Option<&'a str>,
    pub context: Option<&'a str>,
    pub level: Option<&'a str>,
    pub notifications: Option<&'a str>,
    pub request_id: Option<&'a str>,
    pub input_responses: Option<&'a str>,
    pub request_state: Option<&'a str>,
    pub protocol_version: Option<&'a str>,
    pub capabilities: Option<&'a str>,
    pub client_info: Option<&'a str>,
    /// What everything shares that outlives the frame: a copy of the whole object, or the frame itself if it is long.
    shared: OnceCell<SharedText>,
    /// The frame, if it is long.
    frame: Option<&'a SharedText>,
}

/// What is wrong with a request's params: a sentence that names the member (-32602).
pub type Wrong = Cow<'static, str>;

impl<'a> Params<'a> {
    /// Finds the members: those of the outline if it has them.
    #[must_use]
    pub fn read(text: Option<&'a str>, outline: Option<&Outline<'a>>) -> Self {
        let mut params = Self { text, ..Self::default() };
        let Some(text) = text else { return params };
        // Not for the sake of a few bytes of it.
        params.frame = outline.and_then(Outline::frame).filter(|frame| frame.as_str().len() / 2 < text.len());
        match outline.and_then(|outline| outline.members(text)) {
            Some(members) => members.iter().for_each(|(key, value)| params.note(key, value)),
            None => json::members(text).for_each(|(key, value)| params.note(&key, value)),
        }
        params
    }

    fn note(&mut self, key: &str, value: &'a str) {
        let member = match key {
            "_meta" => &mut self.meta,
            "name" => &mut self.name,
            "arguments" => &mut self.arguments,
            "uri" => &mut self.uri,
            "cursor" => &mut self.cursor,
            "ref" => &mut self.reference,
            "argument" => &mut self.argument,
            "context" => &mut self.context,
            "level" => &mut self.level,
            "notifications" => &mut self.notifications,
            "requestId" => &mut self.request_id,
            "inputResponses" => &mut self.input_responses,
            "requestState" => &mut self.request_state,
            "protocolVersion" => &mut self.protocol_version,
            "capabilities" => &mut self.capabilities,
            "clientInfo" => &mut self.client_info,
            _ => return,
        };
        *member = Some(value);
    }

    /// A part of the params that outlives the frame. All parts share one copy of the params.
    #[must_use]
    pub fn keep(&self, part: &str) -> RawJson {
        let whole = self.frame.map(SharedText::as_str).or(self.text);
        let place = whole.and_then(|text| {
            let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
            (start + part.len() <= text.len()).then_some((text, start))
        });
        match place {
            Some((text, start)) => {
                let shared = self.shared.get_or_init(|| match self.frame {
                    Some(frame) => frame.clone(),
                    None => SharedText::from(text),
                });
                RawJson::part_of(shared, start..start + part.len())
            }
            None => RawJson::from_checked(part),
        }
    }

    /// The operation of this kind that the params describe: what both eras share.
    ///
    /// # Errors
    /// When a member is missing or of the wrong type. Kinds that only one era has are its own business and are wrong here.
    pub fn operation(&self, kind: OperationKind) -> Result<Operation, Wrong> {
        Ok(match kind {
            OperationKind::ListTools => Operation::ListTools { cursor: self.cursor()? },
            OperationKind::ListPrompts => Operation::ListPrompts { cursor: self.cursor()? },
            OperationKind::ListResources => Operation::ListResources { cursor: self.cursor()? },
            OperationKind::ListResourceTemplates => {
                Operation::ListResourceTemplates { cursor: self.cursor()? }
            }
            OperationKind::CallTool => Operation::CallTool {
                name: required(self.name, "name")?.into_owned(),
                arguments: self.object(self.arguments, "arguments")?,
            },
            OperationKind::ReadResource => Operation::ReadResource { uri: self.uri()? },
            OperationKind::GetPrompt => Operation::GetPrompt {
                name: required(self.name, "name")?.into_owned(),
                arguments: self.strings(self.arguments, "arguments")?,
            },
            OperationKind::Complete => self.complete()?,
            OperationKind::Subscribe => Operation::Subscribe { uri: self.uri()? },
            OperationKind::Unsubscribe => Operation::Unsubscribe { uri: self.uri()? },
            OperationKind::Ping => Operation::Ping,
            OperationKind::SetLogLevel | OperationKind::Watch | OperationKind::Custom => {
                return Err("this method is decoded by its era".into());
            }
        })
    }

    /// A method of the author's own.
    #[must_use]
    pub fn custom(&self, method: &str) -> Operation {
        Operation::Custom {
            method: method.to_owned(),
            params: self.text.map_or_else(RawJson::empty_object, |text| self.keep(text)),
        }
    }

    /// The id a cancellation names; `None` when it is missing or no id.
    #[must_use]
    pub fn cancelled_id(&self) -> Option<RequestId> {
        self.request_id.and_then(request_id)
    }

    fn uri(&self) -> Result<String, Wrong> {
        Ok(required(self.uri, "uri")?.into_owned())
    }

    /// An empty string is a real cursor (PAG-2); `null` is read as absent, as old clients write it.
    pub(super) fn cursor(&self) -> Result<Option<String>, Wrong> {
        match self.cursor {
            None => Ok(None),
            Some(text) if json::is_null(text) => Ok(None),
            Some(text) => match json::as_string(text) {
                Some(cursor) => Ok(Some(cursor.into_owned())),
                None => Err("cursor: must be a string".into()),
            },
        }
    }

    fn complete(&self) -> Result<Operation, Wrong> {
        let (mut kind, mut name, mut uri) = (None, None, None);
        for (key, value) in json::members(object_text(self.reference, "ref")?) {
            match &*key {
                "type" => kind = Some(value),
                "name" => name = Some(value),
                "uri" => uri = Some(value),
                _ => {}
            }
        }
        let reference = match required(kind, "ref.type")?.as_ref() {
            "ref/prompt" => CompletionReference::Prompt(required(name, "ref.name")?.into_owned()),
            "ref/resource" => CompletionReference::Resource(required(uri, "ref.uri")?.into_owned()),
            _ => return Err("ref.type: must be ref/prompt or ref/resource".into()),
        };
        let (mut argument, mut value) = (None, None);
        for (key, member) in json::members(object_text(self.argument, "argument")?) {
            match &*key {
                "name" => argument = Some(member),
                "value" => value = Some(member),
                _ => {}
            }
        }
        let mut context = RawJson::empty_object();
        if self.context.is_some_and(|text| !json::is_null(text)) {
            for (key, value) in json::members(object_text(self.context, "context")?) {
                if key == "arguments" {
                    context = self.strings(Some(value), "context.arguments")?;
                }
            }
        }
        Ok(Operation::Complete(Box::new(Completion {
            reference,
            argument: required(argument, "argument.name")?.into_owned(),
            value: required(value, "argument.value")?.into_owned(),
            context,
        })))
    }

    /// An object that may be absent; absent is `{}` (TOOL-17). `null` is read as absent, as old clients write it.
    fn object(&self, text: Option<&str>, member: &str) -> Result<RawJson, Wrong> {
        match text {
            None => Ok(RawJson::empty_object()),
            Some(text) if json::is_null(text) => Ok(RawJson::empty_object()),
            Some(text) => Ok(self.keep(object_text(Some(text), member)?)),
        }
    }

    /// An object of strings that may be absent (PRM-6).
    fn strings(&self, text: Option<&str>, member: &str) -> Result<RawJson, Wrong> {
        let object = self.object(text, member)?;
        match json::members(object.as_str()).find(|(_, value)| !value.starts_with('"')) {
            Some((key, _)) => Err(format!("{member}.{key}: must be a string").into()),
            None => Ok(object),
        }
    }
}

fn required<'a>(text: Option<&'a str>, member: &str) -> Result<Cow<'a, str>, Wrong> {
    match text {
        None => Err(format!("{member}: is missing").into()),
        Some(text) => json::as_string(text).ok_or_else(|| format!("{member}: must be a string").into()),
    }
}

fn object_text<'a>(text: Option<&'a str>, member: &str) -> Result<&'a str, Wrong> {
    match text {
        None => Err(format!("{member}: is missing").into()),
        Some(text) if text.starts_with('{') => Ok(text),
        Some(_) => Err(format!("{member}: must be an object").into()),
    }
}

/// The id or progress token that this JSON text is (RPC-2, RPC-20).
#[must_use]
pub fn request_id(text: &str) -> Option<RequestId> {
    if let Some(text) = json::as_string(text) {
        return Some(RequestId::String(text.into()));
    }
    let integer = json::as_integer(text)?;
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&integer).then_some(RequestId::Integer(integer))
}
