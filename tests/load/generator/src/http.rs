//! Keep-alive connections, each with one request under way at any time.

use std::cell::Cell;
use std::fmt::Write;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::options::{Era, Options};
use crate::tally::Tally;
use crate::{answer, hand_over, request, wait_for_the_word};

/// How long one answer may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(60);

struct Connection {
    stream: TcpStream,
    head: String,
    received: Vec<u8>,
    outgoing: String,
    body: String,
}

/// One HTTP answer; `range` is its body inside `Connection::received`.
struct Received {
    status: u16,
    session: Option<String>,
    range: std::ops::Range<usize>,
}

/// When a phase is over, and which ids are taken. Shared by all connections.
struct Phase {
    next_id: Cell<u64>,
    left: Cell<u64>,
    until: Option<Instant>,
}

impl Phase {
    fn next(&self) -> Option<u64> {
        let left = self.left.get();
        if left == 0 || self.until.is_some_and(|until| Instant::now() >= until) {
            return None;
        }
        self.left.set(left - 1);
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        Some(id)
    }
}

pub fn run(options: &Options) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let options: Rc<Options> = Rc::new(clone(options));
    LocalSet::new().block_on(&runtime, async move {
        let mut connections = Vec::new();
        for _ in 0..options.connections {
            connections.push(Connection::open(&options).await?);
        }
        let warmup = Phase {
            next_id: Cell::new(1),
            left: Cell::new(options.warmup),
            until: options.warmup_duration.map(|duration| Instant::now() + duration),
        };
        let (connections, warm) = drive(connections, &options, warmup).await?;
        wait_for_the_word("")?;
        let measured = Phase {
            next_id: Cell::new(warm.count() + 1),
            left: Cell::new(options.most),
            until: Some(Instant::now() + options.duration),
        };
        let (connections, tally) = drive(connections, &options, measured).await?;
        hand_over(tally);
        drop(connections);
        Ok(())
    })
}

async fn drive(
    connections: Vec<Connection>,
    options: &Rc<Options>,
    phase: Phase,
) -> Result<(Vec<Connection>, Tally), String> {
    let phase = Rc::new(phase);
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let (phase, options) = (Rc::clone(&phase), Rc::clone(options));
            tokio::task::spawn_local(async move {
                let mut tally = Tally::default();
                while let Some(id) = phase.next() {
                    let sent = Instant::now();
                    connection.call(&options, id).await?;
                    tally.add(sent.elapsed());
                }
                Ok::<_, String>((connection, tally))
            })
        })
        .collect();
    let mut returned = Vec::new();
    let mut total = Tally::default();
    for task in tasks {
        let (connection, mut tally) = task.await.map_err(|error| error.to_string())??;
        returned.push(connection);
        total.merge(&mut tally);
    }
    total.elapsed = begun.elapsed();
    Ok((returned, total))
}

impl Connection {
    async fn open(options: &Options) -> Result<Self, String> {
        let stream = TcpStream::connect(&options.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let mut connection = Self {
            stream,
            head: request::head(options, None),
            received: Vec::with_capacity(1 << 16),
            outgoing: String::new(),
            body: String::new(),
        };
        if options.era == Era::Legacy && !options.unchecked {
            request::INITIALIZE.clone_into(&mut connection.body);
            let answer = connection.exchange().await?;
            let Some(session) = answer.session else {
                return Err(format!("initialize: status {}, no session id", answer.status));
            };
            connection.head = request::head(options, Some(&session));
            request::INITIALIZED.clone_into(&mut connection.body);
            let answer = connection.exchange().await?;
            if answer.status != 202 {
                return Err(format!("initialized: status {}", answer.status));
            }
        }
        Ok(connection)
    }

    async fn call(&mut self, options: &Options, id: u64) -> Result<(), String> {
        request::body(&mut self.body, options, id);
        let received = tokio::time::timeout(PATIENCE, self.exchange())
            .await
            .map_err(|_| format!("no answer to {id} within {PATIENCE:?}"))??;
        let body = &self.received[received.range];
        if received.status != 200 {
            return Err(format!("status {}: {}", received.status, String::from_utf8_lossy(body)));
        }
        if !options.unchecked {
            let answer = answer::read(body, options)?;
            if answer.id != id {
                return Err(format!("asked {id}, answered {}", answer.id));
            }
        }
        Ok(())
    }

    /// Send `self.body` and read the whole answer.
    async fn exchange(&mut self) -> Result<Received, String> {
        self.outgoing.clear();
        self.outgoing.push_str(&self.head);
        let _ = write!(self.outgoing, "{}\r\n\r\n", self.body.len());
        self.outgoing.push_str(&self.body);
        self.stream.write_all(self.outgoing.as_bytes()).await.map_err(|error| error.to_string())?;
        self.received.clear();
        let head_end = self.find(0, b"\r\n\r\n").await? + 4;
        let head = std::str::from_utf8(&self.received[..head_end]).map_err(|error| error.to_string())?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok()).ok_or("no status line")?;
        let mut length = None;
        let mut chunked = false;
        let mut session = None;
        for line in head.split("\r\n").skip(1) {
            let Some((name, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse::<usize>().ok();
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                chunked = value.eq_ignore_ascii_case("chunked");
            } else if name.eq_ignore_ascii_case("mcp-session-id") {
                session = Some(value.to_owned());
            }
        }
        let range = if chunked {
            self.join_chunks(head_end).await?
        } else {
            let Some(length) = length.or((status == 202).then_some(0)) else {
                return Err(format!("only answers with a length or in chunks are understood: {head}"));
            };
            self.fill_up_to(head_end + length).await?;
            self.expect_end(head_end + length)?;
            head_end..head_end + length
        };
        Ok(Received { status, session, range })
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
            Ok(0) => Err("the server closed the connection".to_owned()),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn clone(options: &Options) -> Options {
    Options {
        address: options.address.clone(),
        path: options.path.clone(),
        call: options.call.clone(),
        command: options.command.clone(),
        ..*options
    }
}
