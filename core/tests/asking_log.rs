//! A flood of answers nobody asked for is told once, not a line for each.

mod asking_support;
mod engine_support;

use std::sync::mpsc;

use asking_support::*;
use engine_support::*;
use oxmcp_core::host::log;
use serde_json::json;

#[tokio::test]
async fn answers_nobody_asked_for_are_told_once_a_client() {
    let (sender, lines) = mpsc::channel();
    log::pass_on(move |_, line| sender.send(line).unwrap());
    let engine = asking_engine();
    for version in LEGACY {
        let connection = connect(&engine, version, &all_capabilities()).await;
        for stray in 0..100 {
            hear(send(&engine, &connection, result(&json!(stray), json!({})))).await;
            hear(send(&engine, &connection, result(&json!("oxmcp-9"), json!(5)))).await;
        }
    }
    let told: Vec<_> = lines.try_iter().collect();
    assert_eq!(told.len(), LEGACY.len(), "{told:?}");
    assert!(told.iter().all(|line| line.contains("what it was not asked")), "{told:?}");
}
