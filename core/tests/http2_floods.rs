//! HTTP/2 by hand: what costs a client nothing and a server something ends the connection (T13 of the threats).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use std::time::{Duration, Instant};

use oxmcp_core::transports::http::HttpOptions;
use support::{ENVELOPE, PATIENCE, Server, modern_call, modern_headers, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;

/// The frames of a turn.
type Flood = fn(u32) -> Vec<u8>;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `POST http://localhost/mcp`, in HPACK without its tables.
fn head() -> Vec<u8> {
    // :method POST and :scheme http are entries of the static table; :authority and :path are names of it.
    let mut head = vec![0x83, 0x86, 0x01, 9];
    head.extend(b"localhost");
    head.extend([0x04, 4]);
    head.extend(b"/mcp");
    // content-type, by its name in the static table (31 takes a second byte).
    head.extend([0x0f, 16, 16]);
    head.extend(b"application/json");
    head
}

async fn begun(server: &Server) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(SETTINGS, 0, 0, &[])).await.unwrap();
    stream
}

/// Sends the same again and again, what comes back is read and forgotten; how many went out before the connection was closed.
async fn flood(stream: TcpStream, what: impl Fn(u32) -> Vec<u8>) -> u32 {
    let (mut from, mut to) = stream.into_split();
    let reading = tokio::spawn(async move {
        let mut scratch = vec![0; 65536];
        while let Ok(1..) = from.read(&mut scratch).await {}
    });
    let flooding = async {
        for turn in 0..200_000 {
            if to.write_all(&what(turn)).await.is_err() {
                return turn;
            }
            if reading.is_finished() {
                return turn;
            }
        }
        200_000
    };
    timeout(PATIENCE, flooding).await.unwrap()
}

/// Whether others are still served.
async fn is_well(server: &Server) -> bool {
    server.post(&modern_headers("echo"), &modern_call(1, "echo", ENVELOPE)).await.status == 200
}

#[tokio::test]
async fn floods_end_their_connection() {
    // SEC-12
    let server = serve(HttpOptions::default());
    let floods: [(&str, Flood); 7] = [
        ("pings", |_| frame(PING, 0, 0, &[0; 8])),
        ("settings", |_| frame(SETTINGS, 0, 0, &[0, 4, 0, 1, 0, 0])),
        ("empty settings", |_| frame(SETTINGS, 0, 0, &[])),
        ("priorities", |_| frame(PRIORITY, 0, 1, &[0, 0, 0, 3, 7])),
        ("frames that nobody knows", |_| frame(99, 0, 0, &[])),
        ("windows", |_| frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1])),
        ("requests taken back", |turn| {
            let stream = turn * 2 + 1;
            let mut frames = frame(HEADERS, END_HEADERS, stream, &head());
            frames.extend(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
            frames
        }),
    ];
    for (what, frames) in floods {
        let sent = flood(begun(&server).await, frames).await;
        assert!(sent < 70_000, "{what}: {sent}");
        assert!(is_well(&server).await, "{what}");
    }
}

#[tokio::test]
async fn empty_pieces_of_a_body_end_the_connection() {
    let server = serve(HttpOptions::default());
    let mut stream = begun(&server).await;
    stream.write_all(&frame(HEADERS, END_HEADERS, 1, &head())).await.unwrap();
    let sent = flood(stream, |_| frame(DATA, 0, 1, &[])).await;
    assert!(sent < 70_000, "{sent}");
}

#[tokio::test]
async fn a_head_that_goes_on_and_on_ends_the_connection() {
    for piece in [0, 1, 1000] {
        let server = serve(HttpOptions::default());
        let mut stream = begun(&server).await;
        stream.write_all(&frame(HEADERS, 0, 1, &head())).await.unwrap();
        // A literal header without indexing, its value of any length.
        let mut more = vec![0, 1, b'x'];
        if piece > 0 {
            more.extend([0x7f, 0x84, 0x07]);
            more.truncate(4);
            more[3] = u8::try_from(piece.min(100)).unwrap();
            more.extend(vec![b'y'; piece.min(100)]);
        } else {
            more.clear();
        }
        let sent = flood(stream, move |_| frame(CONTINUATION, 0, 1, &more)).await;
        assert!(sent < 20_000, "{piece}: {sent}");
        assert!(is_well(&server).await);
    }
}

#[tokio::test]
async fn a_thousand_pings_over_a_while_are_nothing() {
    // Whoever merely asks whether we are there.
    let server = serve(HttpOptions::default());
    let mut stream = begun(&server).await;
    let mut scratch = vec![0; 65536];
    for _ in 0..900 {
        stream.write_all(&frame(PING, 0, 0, &[0; 8])).await.unwrap();
    }
    let mut echoed = 0;
    while echoed < 900 * 17 {
        echoed += timeout(PATIENCE, stream.read(&mut scratch)).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn heads_that_trickle_are_closed() {
    // SEC-12: also while another request is being served
    let server = serve(HttpOptions { header_timeout: Duration::from_millis(80), ..HttpOptions::default() });
    let head = frame(HEADERS, END_HEADERS, 1, &head());
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    silent.write_all(PREFACE).await.unwrap();
    silent.write_all(&[0, 0]).await.unwrap();
    let mut half = begun(&server).await;
    half.write_all(&head[..head.len() - 1]).await.unwrap();
    let mut block = begun(&server).await;
    let mut unended = head.clone();
    unended[4] = 0;
    block.write_all(&unended).await.unwrap();
    let mut body = begun(&server).await;
    body.write_all(&head).await.unwrap();
    body.write_all(&frame(HEADERS, END_HEADERS, 3, &head[9..])[..20]).await.unwrap();
    let began = Instant::now();
    for stream in [&mut silent, &mut half, &mut block, &mut body] {
        let mut rest = Vec::new();
        // However it ends: with a goodbye or without.
        let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.unwrap();
    }
    assert!(began.elapsed() < PATIENCE);
    assert!(is_well(&server).await);
}
