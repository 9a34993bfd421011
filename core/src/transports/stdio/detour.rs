//! A way around for messages. A host whose users put functions around those of a transport takes the messages here, and hands
//! back what these functions pass on. It decides after it has connected: until then nothing is read.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::handler::Origin;

/// How many messages may be on their way around towards the writer; beyond it nothing more is read.
const MOST_MESSAGES: usize = 256;

/// A message on its way around.
#[derive(Debug)]
pub enum Passing {
    /// A line that was read; JSON, for all that is known.
    In(String),
    /// A message of the engine's, to be written.
    Out(String),
}

/// What a host hands back.
#[derive(Debug)]
enum Handed {
    /// Nobody wants to see messages, as far as is known.
    Straight,
    /// From now on all messages go around.
    Around,
    /// A frame for the engine.
    Frame(Bytes, Origin),
    /// A message to be written.
    Message(String),
    /// One of those that went in, or out, is dealt with.
    Done { inward: bool },
}

/// The host's end: decides whether messages go around, and hands them back. Dropped, messages go straight on.
#[derive(Debug, Clone)]
pub struct WayBack(mpsc::UnboundedSender<Handed>);

impl WayBack {
    fn hand(&self, handed: Handed) -> bool {
        self.0.send(handed).is_ok()
    }

    /// Reading may begin: nobody wants to see the messages, as far as is known.
    pub fn go_straight(&self) {
        self.hand(Handed::Straight);
    }

    /// Reading may begin, and from now on all messages go around, for good.
    pub fn go_around(&self) {
        self.hand(Handed::Around);
    }

    /// Hands a frame to the engine; returns whether the connection is still open.
    #[must_use]
    pub fn receive(&self, frame: Bytes, origin: Origin) -> bool {
        self.hand(Handed::Frame(frame, origin))
    }

    /// Has a message written; returns whether the connection is still open.
    #[must_use]
    pub fn write(&self, message: String) -> bool {
        self.hand(Handed::Message(message))
    }

    /// A message that went in, or out, is dealt with: what was to come of it was handed back before this.
    pub fn done(&self, inward: bool) {
        self.hand(Handed::Done { inward });
    }
}

/// What came back that is to be gone on with.
pub(super) enum Back {
    Frame(Bytes, Origin),
    Message(String),
    /// It is decided which way messages go, or one is dealt with.
    News,
}

/// The engine's end.
pub struct Detour {
    tell: Box<dyn FnMut(Passing) + Send>,
    handed: mpsc::UnboundedReceiver<Handed>,
    is_decided: bool,
    is_around: bool,
    /// How many are on their way, inward and outward.
    frames: usize,
    messages: usize,
}

impl Detour {
    /// A detour, not decided yet: `tell` gets the messages that go around, and should put them aside and return.
    #[must_use]
    pub fn new(tell: impl FnMut(Passing) + Send + 'static) -> (Self, WayBack) {
        let (back, handed) = mpsc::unbounded_channel();
        let tell = Box::new(tell);
        (Self { tell, handed, is_decided: false, is_around: false, frames: 0, messages: 0 }, WayBack(back))
    }

    pub(super) const fn is_decided(&self) -> bool {
        self.is_decided
    }

    pub(super) const fn is_full(&self) -> bool {
        self.messages >= MOST_MESSAGES
    }

    pub(super) const fn frames(&self) -> usize {
        self.frames
    }

    /// Whether something is on its way.
    pub(super) const fn has_any(&self) -> bool {
        self.frames > 0 || self.messages > 0
    }

    /// Ready with `None` when the host's end is gone.
    pub(super) fn poll_back(&mut self, cx: &mut Context<'_>) -> Poll<Option<Back>> {
        self.handed.poll_recv(cx).map(|handed| Some(self.take(handed?)))
    }

    fn take(&mut self, handed: Handed) -> Back {
        match handed {
            Handed::Straight => self.is_decided = true,
            Handed::Around => (self.is_decided, self.is_around) = (true, true),
            Handed::Frame(frame, origin) => return Back::Frame(frame, origin),
            Handed::Message(message) => return Back::Message(message),
            Handed::Done { inward: true } => self.frames = self.frames.saturating_sub(1),
            Handed::Done { inward: false } => self.messages = self.messages.saturating_sub(1),
        }
        Back::News
    }

    /// Leads a frame around, unless it goes straight on: then it is returned.
    pub(super) fn lead_in(&mut self, frame: Bytes) -> Option<Bytes> {
        if !self.is_around {
            return Some(frame);
        }
        // What is no text is refused by the engine.
        let Ok(text) = str::from_utf8(&frame) else { return Some(frame) };
        self.frames += 1;
        (self.tell)(Passing::In(text.to_owned()));
        None
    }

    /// Leads a message around, unless it goes straight on: then it is returned.
    pub(super) fn lead_out(&mut self, message: String) -> Option<String> {
        if !self.is_around {
            return Some(message);
        }
        self.messages += 1;
        (self.tell)(Passing::Out(message));
        None
    }
}
