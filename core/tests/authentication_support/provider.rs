//! An issuer's web server on this machine.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    dead_code,
    reason = "a helper of a test fails the test; not every test uses all of it"
)]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What it was asked, and what it answers.
#[derive(Clone)]
pub struct Provider {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
    pub asked: Arc<Mutex<Vec<String>>>,
    pub hangs: Arc<AtomicBool>,
    answers: Arc<Mutex<HashMap<String, (String, String)>>>,
}

impl Provider {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let provider = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            asked: Arc::default(),
            hangs: Arc::default(),
            answers: Arc::default(),
        };
        let this = provider.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                this.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(this.clone().serve(stream));
            }
        });
        provider
    }

    async fn serve(self, mut stream: tokio::net::TcpStream) {
        let mut request = Vec::new();
        let head = loop {
            if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                return;
            }
            let text = String::from_utf8_lossy(&request);
            let Some(end) = text.find("\r\n\r\n") else { continue };
            let length = text.to_ascii_lowercase();
            let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
            if request.len() >= end + 4 + length.map_or(0, |length| length.parse().unwrap()) {
                break String::from_utf8_lossy(&request).into_owned();
            }
        };
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(head);
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        let answer = self.answers.lock().unwrap().get(&path).cloned();
        let (status, body) = answer.unwrap_or_else(|| ("404 Not Found".to_owned(), String::new()));
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        // Whoever has heard enough may leave.
        let _ = stream.write_all(text.as_bytes()).await;
    }

    /// What is answered at a path; the status may be followed by headers.
    pub fn answer(&self, path: &str, status: &str, body: &impl ToString) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status.to_owned(), body.to_string()));
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How often a path was asked for.
    pub fn times(&self, path: &str) -> usize {
        let start = [format!("GET {path} "), format!("POST {path} ")];
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|head| start.iter().any(|start| head.starts_with(start))).count()
    }
}
