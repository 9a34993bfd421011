//! Frames over the limit: who is answered, without the frame being kept.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use oxmcp_core::jsonrpc::LongFrame;
use serde_json::{Value, json};

/// The answer to a frame that comes in pieces of this many bytes.
fn answer(frame: &str, piece: usize) -> Option<Value> {
    let mut long = LongFrame::default();
    for piece in frame.as_bytes().chunks(piece) {
        long.push(piece);
    }
    long.answer(8).map(|text| serde_json::from_str(&text).unwrap())
}

/// The ids in the answer, however the frame is cut; `None` when there is no answer.
fn ids(frame: &str) -> Option<Value> {
    let ids = |piece| {
        let answer = answer(frame, piece)?;
        Some(match answer.as_array() {
            Some(all) => all.iter().map(|one| one["id"].clone()).collect(),
            None => answer["id"].clone(),
        })
    };
    let whole = ids(usize::MAX);
    for piece in [1, 2, 3, 7] {
        assert_eq!(ids(piece), whole, "{frame} in pieces of {piece}");
    }
    whole
}

#[test]
fn a_request_is_answered_with_its_own_id_wherever_that_stands() {
    for (frame, id) in [
        (r#"{"id":7,"method":"m","params":{"data":"xxx"}}"#, json!(7)),
        (r#"{"method":"m","params":{"data":"xxx"},"jsonrpc":"2.0","id":7}"#, json!(7)),
        (r#"{"params":{"id":1,"a":[{"id":2}]},"method":"m","id":"three"}"#, json!("three")),
        (r#"{"params":{"text":"\",\"id\":1,\"x\":{"},"id":4,"method":"m"}"#, json!(4)),
        (r#"{"params":{"text":"\\"},"id":5,"method":"m"}"#, json!(5)),
        (r#" { "id" : -6 , "method" : "m" } "#, json!(-6)),
        (r#"{"\u0069d":"\u0041\n","method":"m"}"#, json!("A\n")),
        (r#"{"id":18446744073709551615,"method":"m"}"#, json!(18_446_744_073_709_551_615_u64)),
        (r#"{"x":"id","id":8,"y":[],"method":"m","z":{}}"#, json!(8)),
        // No method: no request, but somebody waits.
        (r#"{"id":9}"#, json!(9)),
    ] {
        assert_eq!(ids(frame), Some(id), "{frame}");
    }
}

#[test]
fn what_has_no_id_that_can_be_read_is_answered_without_one() {
    for frame in [
        "no json at all",
        "7",
        r#"{"id":1,"method":"m","params":{"data":"xxx"#,
        r#"{"id":1,"method":"m"}}"#,
        r#"{"id":1,"method":"m"]"#,
        r#"{"params":[}],"id":1,"method":"m"}"#,
        r#"{"id":1,"id":2,"method":"m"}"#,
        r#"{"id":{"id":1},"method":"m"}"#,
        r#"{"id":[1],"method":"m"}"#,
        r#"{"id":null,"method":"m"}"#,
        r#"{"id":1.5,"method":"m"}"#,
        r#"{"id":"a""b","method":"m"}"#,
        r#"{"params":{"id":1},"x":{"method":"m"}}"#,
        "[]",
        "[[1]]x",
    ] {
        assert_eq!(ids(frame), Some(Value::Null), "{frame}");
    }
    let long_id = format!(r#"{{"id":"{}","method":"m"}}"#, "x".repeat(5000));
    assert_eq!(ids(&long_id), Some(Value::Null));
    let deep = format!(r#"{{"params":{}{},"id":1,"method":"m"}}"#, "[".repeat(2000), "]".repeat(2000));
    assert_eq!(ids(&deep), Some(Value::Null));
}

#[test]
fn nobody_is_answered_who_does_not_wait() {
    // RPC-6
    for frame in [
        r#"{"method":"m","params":{"id":1}}"#,
        r#"{"id":1,"result":{"method":"m"}}"#,
        r#"{"id":1,"error":{"code":1,"message":"no"}}"#,
        r#"[{"method":"m"},{"id":1,"result":{}}]"#,
    ] {
        assert_eq!(ids(frame), None, "{frame}");
    }
}

#[test]
fn each_request_of_a_batch_is_answered() {
    // BATCH-4
    let batch = r#"[{"id":1,"method":"m","params":{"id":9}},{"method":"n"},{"id":2,"result":{}},{"method":"m","id":"b"}]"#;
    assert_eq!(ids(batch), Some(json!([1, "b"])));
    assert_eq!(ids(r#"[{"id":1,"method":"m"},[2],{"id":{},"method":"m"}]"#), Some(json!([1, null, null])));
    let many: Vec<_> = (0..101).map(|id| json!({"id": id, "method": "m"})).collect();
    assert_eq!(ids(&json!(many).to_string()), Some(Value::Null));
}

#[test]
fn the_error_names_both_sizes() {
    let answer = answer(r#"{"id":1,"method":"m"}"#, 4).unwrap();
    assert_eq!(answer["error"]["code"], -32600);
    assert_eq!(answer["error"]["message"], "the message has 21 bytes, more than the 8 allowed");
}

#[test]
fn whose_requests_it_answers_is_known_however_it_is_cut() {
    for (frame, ids) in [
        (r#"{"jsonrpc":"2.0","id":"a","result":{"x":{"id":1}}}"#, json!(["a"])),
        (r#"{"error":{"code":1,"message":"m"},"id":"a"}"#, json!(["a"])),
        (r#"[{"id":"a","result":{}},{"id":7,"method":"m"},{"result":{},"id":"b"}]"#, json!(["a", "b"])),
        (r#"{"id":"a","method":"m","result":{}}"#, json!([])),
        (r#"{"id":"a","id":"b","result":{}}"#, json!([])),
        (r#"{"result":{}}"#, json!([])),
    ] {
        for piece in [1, 3, usize::MAX] {
            let mut long = LongFrame::default();
            frame.as_bytes().chunks(piece).for_each(|piece| long.push(piece));
            let answers: Vec<_> = long.answers().iter().map(ToString::to_string).collect();
            assert_eq!(json!(answers), ids, "{frame}");
        }
    }
}
