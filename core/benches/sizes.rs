//! CPU time of a server per request, next to hyper alone: `cargo bench -p oxmcp-core --bench sizes`. Linux only: it reads the time of a
//! thread from `/proc`. Names of what to ask for, as `instructions` has them, may follow `--`.
//!
//! Each server runs on a thread of its own in this process; 16 connections on another thread ask it over loopback. `echo` stands beside
//! hyper that gives back the body it was sent, the others beside hyper that answers as many fixed bytes.

#![expect(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "a program to run by hand, which may end when something is wrong"
)]

mod served;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use oxmcp_core::engine::Shutdown;
use oxmcp_core::transports::http::{HttpOptions, HttpServer};
use served::Asked;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 16;
const RUNS: usize = 7;
const NAMES: [&str; 7] =
    ["echo", "echo-1000", "echo-100000", "echo-1000000", "search", "list-50", "list-1000"];

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A server and what tells how much CPU time its thread has used, in nanoseconds.
struct Server {
    address: SocketAddr,
    thread: u32,
}

impl Server {
    fn start(run: impl FnOnce(mpsc::Sender<SocketAddr>) + Send + 'static) -> Self {
        let (sender, address) = mpsc::channel();
        let (thread, number) = mpsc::channel();
        std::thread::spawn(move || {
            let link = std::fs::read_link("/proc/thread-self").unwrap();
            let name = link.file_name().unwrap().to_str().unwrap();
            thread.send(name.parse::<u32>().unwrap()).unwrap();
            run(sender);
        });
        Self { address: address.recv().unwrap(), thread: number.recv().unwrap() }
    }

    fn used(&self) -> u64 {
        let path = format!("/proc/self/task/{}/schedstat", self.thread);
        std::fs::read_to_string(path).unwrap().split(' ').next().unwrap().parse().unwrap()
    }

    fn ours(asked: Asked) -> Self {
        Self::start(move |address| {
            let options = HttpOptions { max_body_bytes: 64 << 20, ..HttpOptions::default() };
            let server = HttpServer::bind(served::engine(asked), "127.0.0.1:0", options).unwrap();
            address.send(server.local_addr()).unwrap();
            runtime().block_on(server.serve(Shutdown::new())).unwrap();
        })
    }

    /// hyper alone; without an answer it gives back what it was sent.
    fn hyper(answer: Option<Bytes>) -> Self {
        Self::start(move |address| {
            runtime().block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    let answer = answer.clone();
                    tokio::spawn(async move {
                        let service = service_fn(|request: Request<Incoming>| {
                            let answer = answer.clone();
                            async move {
                                let body = request.into_body().collect().await.unwrap().to_bytes();
                                let mut response = Response::new(Full::new(answer.unwrap_or(body)));
                                let json = HeaderValue::from_static("application/json");
                                response.headers_mut().insert("content-type", json);
                                Ok::<_, Infallible>(response)
                            }
                        });
                        let http = hyper::server::conn::http1::Builder::new();
                        let _ = http.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            });
        })
    }
}

/// Sends a request and reads the answer's body.
async fn ask(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> usize {
    stream.write_all(request).await.unwrap();
    buffer.clear();
    let mut length = None;
    loop {
        assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
        if length.is_none()
            && let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&buffer[..end]).unwrap().to_ascii_lowercase();
            assert!(head.starts_with("http/1.1 200"), "{head}");
            let line = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            length = Some((end + 4, line.parse::<usize>().unwrap()));
        }
        if let Some((begin, length)) = length
            && buffer.len() >= begin + length
        {
            return begin;
        }
    }
}

fn request(asked: Asked) -> Vec<u8> {
    let body = asked.frame(true);
    let name = asked.name().map(|name| format!("Mcp-Name: {name}\r\n")).unwrap_or_default();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {}\r\n{name}Content-Length: {}\r\n\r\n",
        asked.method(),
        body.len()
    );
    [head.into_bytes(), body.into_bytes()].concat()
}

/// Microseconds of the server's CPU per request.
async fn measure(server: &Server, request: &Bytes, calls: usize) -> f64 {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(TcpStream::connect(server.address).await.unwrap());
    }
    let mut buffer = Vec::new();
    for connection in &mut connections {
        ask(connection, request, &mut buffer).await;
    }
    let before = server.used();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|mut connection| {
            let request = request.clone();
            tokio::spawn(async move {
                let mut buffer = Vec::new();
                for _ in 0..calls / CONNECTIONS {
                    ask(&mut connection, &request, &mut buffer).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    (server.used() - before) as f64 / 1000.0 / (calls / CONNECTIONS * CONNECTIONS) as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let client = runtime();
    println!("{:<16} {:>12} {:>12} {:>8}   server CPU per request", "", "oxmcp", "hyper", "ratio");
    let mut names: Vec<String> = std::env::args().skip(1).filter(|name| name != "--bench").collect();
    if names.is_empty() {
        names = NAMES.map(str::to_owned).to_vec();
    }
    for name in names {
        let asked = Asked::named(&name).unwrap();
        let started = Instant::now();
        let request = Bytes::from(request(asked));
        let ours = Server::ours(asked);
        let answer = client.block_on(async {
            let mut stream = TcpStream::connect(ours.address).await.unwrap();
            let mut buffer = Vec::new();
            let begin = ask(&mut stream, &request, &mut buffer).await;
            Bytes::from(buffer).slice(begin..)
        });
        assert!(std::str::from_utf8(&answer).unwrap().contains(asked.expected()));
        let size = request.len() + answer.len();
        let plain = Server::hyper(Some(answer).filter(|_| !matches!(asked, Asked::Echo(1_000..))));
        let calls = (400_000_000 / (size + 20_000)).clamp(100, 20_000);
        let (mut us, mut them) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            us.push(client.block_on(measure(&ours, &request, calls)));
            them.push(client.block_on(measure(&plain, &request, calls)));
        }
        let (us, them) = (median(us), median(them));
        println!(
            "{name:<16} {us:>9.1} µs {them:>9.1} µs {:>8.2}   {calls} calls, {:.1} s",
            us / them,
            started.elapsed().as_secs_f64()
        );
    }
}
