//! Where in a trace a call is, as W3C's Trace Context has it (META-11).

use std::fmt;

use http::HeaderMap;

use crate::json::{self, RawJson};

/// A span of some trace, by its ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The span.
    pub span_id: [u8; 8],
    /// `trace-flags`: the lowest bit says that it is recorded.
    pub flags: u8,
}

/// The version this writes, and reads; of later ones what is the same is read.
const VERSION: &str = "00";
/// `00-` and the ids and flags with their dashes.
const LENGTH: usize = 55;
const SAMPLED: u8 = 1;

impl TraceContext {
    /// Reads `traceparent`. `None` for what is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (known, later) = (text.get(..LENGTH)?, text.get(LENGTH..)?);
        let mut parts = known.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let version = bytes::<1>(version)?;
        // Of the first version there is no more.
        if version == [0xff] || (!later.is_empty() && (version == [0] || !later.starts_with('-'))) {
            return None;
        }
        let context = Self { trace_id: bytes(trace)?, span_id: bytes(span)?, flags: bytes::<1>(flags)?[0] };
        (context.trace_id != [0; 16] && context.span_id != [0; 8]).then_some(context)
    }

    /// The first span of a trace that nobody else knows of. `None` where there is no randomness.
    #[must_use]
    pub fn root() -> Option<Self> {
        let mut trace_id = [0; 16];
        getrandom::fill(&mut trace_id).ok()?;
        Some(Self { trace_id, span_id: span_id()?, flags: SAMPLED })
    }

    /// A span below this one.
    #[must_use]
    pub fn child(&self) -> Option<Self> {
        // What later versions say in the flags is not for us to repeat.
        Some(Self { span_id: span_id()?, flags: self.flags & SAMPLED, ..*self })
    }

    /// Whether whoever began the trace records it.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The trace's id in hexadecimal digits.
    #[must_use]
    pub fn trace(&self) -> String {
        hex(&self.trace_id)
    }

    /// The span's id in hexadecimal digits.
    #[must_use]
    pub fn span(&self) -> String {
        hex(&self.span_id)
    }
}

/// `traceparent`.
impl fmt::Display for TraceContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{VERSION}-{}-{}-{:02x}", self.trace(), self.span(), self.flags)
    }
}

/// The span of one call, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTrace {
    /// The call's own span: what its handler's calls to others have as their parent.
    pub context: TraceContext,
    /// The span it belongs to: the one in the request's `_meta`, else the one in the HTTP header.
    pub parent: Option<TraceContext>,
    /// What whoever began the trace says of it besides, as it came.
    pub state: Option<Box<str>>,
    /// The span in the HTTP header, where that is another one.
    pub link: Option<TraceContext>,
}

/// The longest `tracestate` that is handed on. Bytes.
const MAX_STATE: usize = 512;

impl CallTrace {
    /// A span for a request with this `_meta` and these headers. `None` where there is no randomness.
    #[must_use]
    pub fn begin(meta: Option<&RawJson>, headers: Option<&HeaderMap>) -> Option<Self> {
        let in_meta =
            |name: &str| meta.and_then(|meta| json::member(meta.as_str(), name)).and_then(json::as_string);
        let in_head =
            |name: &str| headers.and_then(|headers| headers.get(name)).and_then(|value| value.to_str().ok());
        let asked = in_meta("traceparent").as_deref().and_then(TraceContext::parse);
        let carried = in_head("traceparent").and_then(TraceContext::parse);
        let state = match (asked, carried) {
            (Some(_), _) => in_meta("tracestate").map(Into::into),
            (None, Some(_)) => in_head("tracestate").map(Box::from),
            (None, None) => None,
        };
        let parent = asked.or(carried);
        let context = match &parent {
            Some(parent) => parent.child()?,
            None => TraceContext::root()?,
        };
        let legal = |state: &str| {
            state.len() <= MAX_STATE && state.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
        };
        Some(Self {
            context,
            parent,
            state: state.filter(|state| legal(state)),
            link: carried.filter(|_| asked.is_some()),
        })
    }
}

fn span_id() -> Option<[u8; 8]> {
    let mut id = [0; 8];
    getrandom::fill(&mut id).ok()?;
    // All zeros is no id.
    if id == [0; 8] { Some([1; 8]) } else { Some(id) }
}

/// Of lower-case digits only.
fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let digits = digits.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
