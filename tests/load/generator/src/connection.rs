//! One connection: a request, its answer, the next request.

use std::fmt::Write;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer;
use crate::options::{Era, Options};
use crate::work::{self, Kind};

/// How long one answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is said of a connection that the server ended.
pub const CLOSED: &str = "the server closed the connection";

pub struct Connection {
    stream: TcpStream,
    /// One for each request of the cycle.
    heads: Vec<String>,
    session: Option<String>,
    received: Vec<u8>,
    outgoing: String,
    body: String,
}

/// What an answer was like.
pub struct Shape {
    pub bytes: usize,
    pub is_stream: bool,
}

/// One HTTP answer; `range` is its body inside `Connection::received`.
struct Received {
    status: u16,
    session: Option<String>,
    is_stream: bool,
    range: std::ops::Range<usize>,
}

/// What the head of an answer says.
struct Head {
    status: u16,
    session: Option<String>,
    is_stream: bool,
    is_chunked: bool,
    length: Option<usize>,
    end: usize,
}

impl Connection {
    /// Connect, and begin a session where the era has them.
    pub async fn open(options: &Options) -> Result<Self, String> {
        let stream = TcpStream::connect(&options.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let mut connection = Self {
            stream,
            heads: work::heads(options, None),
            session: None,
            received: Vec::with_capacity(1 << 16),
            outgoing: String::new(),
            body: String::new(),
        };
        if options.era == Era::Legacy && !options.unchecked {
            let session = connection.begin_session(options).await?;
            connection.heads = work::heads(options, Some(&session));
            connection.session = Some(session);
        }
        Ok(connection)
    }

    /// Shake hands; the id of the new session.
    pub async fn begin_session(&mut self, options: &Options) -> Result<String, String> {
        let head = &work::heads(options, None)[0];
        work::INITIALIZE.clone_into(&mut self.body);
        let answer = self.exchange(head).await?;
        let Some(session) = answer.session else {
            return Err(format!("initialize: status {}, no session id", answer.status));
        };
        let head = &work::heads(options, Some(&session))[0];
        work::INITIALIZED.clone_into(&mut self.body);
        let answer = self.exchange(head).await?;
        if answer.status != 202 {
            return Err(format!("initialized: status {}", answer.status));
        }
        Ok(session)
    }

    /// Begin so many more sessions, which nobody uses.
    pub async fn begin_sessions(&mut self, options: &Options, count: usize) -> Result<(), String> {
        for _ in 0..count {
            self.begin_session(options).await?;
        }
        Ok(())
    }

    /// Open a stream for what the server has to tell by itself, and wait until it has begun.
    pub async fn listen(&mut self, options: &Options) -> Result<(), String> {
        let request = work::listening(options, self.session.as_deref());
        self.stream.write_all(request.as_bytes()).await.map_err(|error| error.to_string())?;
        self.received.clear();
        let head = self.head().await?;
        if head.status != 200 || !head.is_stream {
            return Err(format!("listening: status {}", head.status));
        }
        Ok(())
    }

    /// Send the request with this id and check its answer.
    pub async fn call(&mut self, options: &Options, id: u64) -> Result<Shape, String> {
        work::body(&mut self.body, options, id);
        let (index, call) = work::call_of(options, id);
        let head = std::mem::take(&mut self.heads[index]);
        let received = tokio::time::timeout(PATIENCE, self.exchange(&head))
            .await
            .map_err(|_| format!("no answer to {id} within {PATIENCE:?}"))?;
        self.heads[index] = head;
        let received = received?;
        let body = &self.received[received.range];
        if received.status != 200 {
            return Err(format!("status {}: {}", received.status, String::from_utf8_lossy(body)));
        }
        let shape = Shape { bytes: body.len(), is_stream: received.is_stream };
        if options.unchecked {
            return Ok(shape);
        }
        let message = if received.is_stream {
            let events = answer::events(body)?;
            if call.kind == Kind::Steps && events.before != work::STEPS {
                return Err(format!("{} messages before the answer", events.before));
            }
            events.last
        } else if call.kind == Kind::Steps {
            return Err("no stream, hence no progress".to_owned());
        } else {
            body
        };
        let answer = answer::read(message, options)?;
        if answer.id != id {
            return Err(format!("asked {id}, answered {}", answer.id));
        }
        Ok(shape)
    }

    /// Send `self.body` and read the whole answer.
    async fn exchange(&mut self, head: &str) -> Result<Received, String> {
        self.outgoing.clear();
        self.outgoing.push_str(head);
        let _ = write!(self.outgoing, "{}\r\n\r\n", self.body.len());
        self.outgoing.push_str(&self.body);
        self.stream.write_all(self.outgoing.as_bytes()).await.map_err(|error| error.to_string())?;
        self.received.clear();
        let head = self.head().await?;
        let range = if head.is_chunked {
            self.join_chunks(head.end).await?
        } else {
            let Some(length) = head.length.or((head.status == 202).then_some(0)) else {
                return Err("only answers with a length or in chunks are understood".to_owned());
            };
            self.fill_up_to(head.end + length).await?;
            self.expect_end(head.end + length)?;
            head.end..head.end + length
        };
        let Head { status, session, is_stream, .. } = head;
        Ok(Received { status, session, is_stream, range })
    }

    async fn head(&mut self) -> Result<Head, String> {
        let end = self.find(0, b"\r\n\r\n").await? + 4;
        let text = std::str::from_utf8(&self.received[..end]).map_err(|error| error.to_string())?;
        let status = text.get(9..12).and_then(|digits| digits.parse().ok()).ok_or("no status line")?;
        let mut head = Head { status, session: None, is_stream: false, is_chunked: false, length: None, end };
        for line in text.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.parse::<usize>().ok();
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                head.is_chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("mcp-session-id") {
                head.session = Some(value.to_owned());
            } else if name.eq_ignore_ascii_case("content-type") {
                head.is_stream = value.starts_with("text/event-stream");
            }
        }
        Ok(head)
    }

    /// Read a chunked body that begins at `start`, and move its pieces together.
    async fn join_chunks(&mut self, start: usize) -> Result<std::ops::Range<usize>, String> {
        let (mut read, mut joined) = (start, start);
        loop {
            let line_end = self.find(read, b"\r\n").await?;
            let size = std::str::from_utf8(&self.received[read..line_end])
                .ok()
                .and_then(|digits| usize::from_str_radix(digits, 16).ok())
                .ok_or("not the length of a chunk")?;
            let data = line_end + 2;
            self.fill_up_to(data + size + 2).await?;
            self.received.copy_within(data..data + size, joined);
            joined += size;
            read = data + size + 2;
            if size == 0 {
                self.expect_end(read)?;
                return Ok(start..joined);
            }
        }
    }

    /// Where `needle` is, from `start` on.
    async fn find(&mut self, start: usize, needle: &[u8]) -> Result<usize, String> {
        let mut searched = start;
        loop {
            let rest = self.received.get(searched..).unwrap_or_default();
            if let Some(found) = rest.windows(needle.len()).position(|window| window == needle) {
                return Ok(searched + found);
            }
            searched = self.received.len().saturating_sub(needle.len() - 1).max(start);
            self.fill().await?;
        }
    }

    async fn fill_up_to(&mut self, length: usize) -> Result<(), String> {
        self.received.reserve(length.saturating_sub(self.received.len()));
        while self.received.len() < length {
            self.fill().await?;
        }
        Ok(())
    }

    fn expect_end(&self, length: usize) -> Result<(), String> {
        if self.received.len() > length { Err("more bytes than the answer has".to_owned()) } else { Ok(()) }
    }

    async fn fill(&mut self) -> Result<(), String> {
        match self.stream.read_buf(&mut self.received).await {
            Ok(0) => Err(CLOSED.to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}
