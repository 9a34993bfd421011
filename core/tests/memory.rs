//! A connection within the process.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use oxmcp_core::error::ErrorKind;
use oxmcp_core::transports::MAX_FRAME_BYTES;
use oxmcp_core::transports::memory::{MemoryClient, connect};
use support::{
    CURIOUS_ENVELOPE, ENVELOPE, INITIALIZE, INITIALIZED, PATIENCE, engine, legacy_call, modern_call,
};
use tokio::time::timeout;

async fn receive(client: &MemoryClient) -> serde_json::Value {
    let message =
        timeout(PATIENCE, client.receive()).await.expect("no message").expect("the connection ended");
    serde_json::from_str(&message).unwrap()
}

#[tokio::test]
async fn calls_of_both_eras_are_answered() {
    let (engine, _) = engine();
    let client = connect(&engine, MAX_FRAME_BYTES).unwrap();
    client.send(INITIALIZE).await.unwrap();
    assert_eq!(receive(&client).await["id"], 0);
    client.send(INITIALIZED).await.unwrap();
    client.send(legacy_call(1, "echo")).await.unwrap();
    assert_eq!(receive(&client).await["id"], 1);
    client.send(modern_call(2, "echo", ENVELOPE)).await.unwrap();
    assert_eq!(receive(&client).await["result"]["resultType"], "complete");
}

#[tokio::test]
async fn messages_of_a_call_precede_its_answer() {
    let (engine, _) = engine();
    let client = connect(&engine, MAX_FRAME_BYTES).unwrap();
    client.send(modern_call(1, "talk", CURIOUS_ENVELOPE)).await.unwrap();
    assert_eq!(receive(&client).await["method"], "notifications/message");
    assert_eq!(receive(&client).await["method"], "notifications/progress");
    assert_eq!(receive(&client).await["id"], 1);
}

#[tokio::test]
async fn calls_run_at_once_and_without_anybody_receiving() {
    let (engine, probe) = engine();
    let client = connect(&engine, MAX_FRAME_BYTES).unwrap();
    for id in 0..100 {
        client.send(modern_call(id, "wait", ENVELOPE)).await.unwrap();
    }
    probe.reaches(|probe| &probe.started, 100).await;
    for _ in 0..100 {
        probe.release();
    }
    probe.reaches(|probe| &probe.finished, 100).await;
    let mut ids = Vec::new();
    for _ in 0..100 {
        ids.push(receive(&client).await["id"].as_u64().unwrap());
    }
    ids.sort_unstable();
    assert_eq!(ids, (0..100).collect::<Vec<_>>());
}

#[tokio::test]
async fn closing_cancels_what_runs() {
    let (engine, probe) = engine();
    let client = connect(&engine, MAX_FRAME_BYTES).unwrap();
    client.send(modern_call(1, "wait", ENVELOPE)).await.unwrap();
    probe.reaches(|probe| &probe.started, 1).await;
    client.close();
    probe.reaches(|probe| &probe.dropped, 1).await;
    assert_eq!(client.receive().await, None);
    assert_eq!(client.send("{}").await.unwrap_err().kind(), ErrorKind::Closed);

    let client = connect(&engine, MAX_FRAME_BYTES).unwrap();
    client.send(modern_call(1, "wait", ENVELOPE)).await.unwrap();
    probe.reaches(|probe| &probe.started, 2).await;
    drop(client);
    probe.reaches(|probe| &probe.dropped, 2).await;
}

#[test]
fn outside_a_runtime_it_says_so() {
    let (engine, _) = engine();
    assert_eq!(connect(&engine, MAX_FRAME_BYTES).err().unwrap().kind(), ErrorKind::Configuration);
}
