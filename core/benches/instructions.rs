//! A number of requests through a transport, and nothing else: for `valgrind --tool=callgrind`.
//!
//! `instructions WHAT memory|http 2025-11-25|2026-07-28 CALLS`: what CALLS more calls cost is what one costs. WHAT is `echo`,
//! `echo-BYTES`, `search`, `list-TOOLS`, `tools-TOOLS` (an echo of a server with so many tools) or `sessions-SESSIONS` (an echo in
//! one of so many sessions). `make check-instructions` runs it and compares with `instructions.md`.

#![expect(clippy::unwrap_used, reason = "a program to run by hand, which may end when something is wrong")]

mod posted;
mod served;

use bytes::Bytes;
use oxmcp_core::transports::memory;
use posted::{INITIALIZE, post};
use served::Asked;

/// The frame of a call, allocated: where a text lies in the program is by chance, and what reading it costs depends on it.
fn call(asked: Asked, modern: bool) -> Bytes {
    Bytes::from(asked.frame(modern))
}

async fn over_memory(asked: Asked, modern: bool, calls: usize) {
    let client = memory::connect(&served::engine(asked), 1 << 24).unwrap();
    if !modern {
        client.send(INITIALIZE).await.unwrap();
        client.receive().await.unwrap();
    }
    let frame = call(asked, modern);
    let mut last = String::new();
    for _ in 0..calls {
        client.send(frame.clone()).await.unwrap();
        last = client.receive().await.unwrap();
    }
    assert!(last.contains(asked.expected()), "{last}");
}

async fn over_http(asked: Asked, modern: bool, calls: usize) {
    let sessions = if let Asked::Sessions(sessions) = asked { sessions } else { 1 };
    let (endpoint, clients) = posted::serve(asked, modern, sessions).await;
    let body = call(asked, modern);
    let mut last = Vec::new();
    // The first call of a session is none of those that are compared.
    for headers in clients.iter().cycle().take(clients.len() + calls) {
        last = post(&endpoint, headers, body.clone()).await.1;
    }
    let last = String::from_utf8(last.concat()).unwrap();
    assert!(last.contains(asked.expected()), "{last}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [what, transport, version, calls] = arguments.as_slice() else {
        println!(
            "instructions echo|echo-BYTES|search|list-TOOLS|tools-TOOLS|sessions-SESSIONS memory|http 2025-11-25|2026-07-28 CALLS"
        );
        return;
    };
    let asked = Asked::named(what).unwrap();
    let (modern, calls) = (version == "2026-07-28", calls.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    match transport.as_str() {
        "memory" => runtime.block_on(over_memory(asked, modern, calls)),
        _ => runtime.block_on(over_http(asked, modern, calls)),
    }
}
