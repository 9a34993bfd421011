//! Frames in and out: what is read, what is refused and how, and that the scan agrees with an independent parser.

#![expect(clippy::panic, clippy::expect_used, reason = "helpers of tests end the test")]

use std::borrow::Cow;

use oxmcp_core::json::{member, members};
use oxmcp_core::jsonrpc::{
    Frame, FrameLimits, Malformed, Message, Notification, Outline, Request, RequestId, Response, error_code,
    parse, parse_outlined, write,
};

fn single(text: &str) -> Message<'_> {
    match parse(text.as_bytes(), &FrameLimits::default()) {
        Ok(Frame::Single(message)) => message,
        other => panic!("{text} gave {other:?}"),
    }
}

fn refused(text: &str) -> Malformed {
    parse(text.as_bytes(), &FrameLimits::default()).expect_err(text)
}

fn request_with_id(id: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#)
}

fn integer(value: i128) -> RequestId {
    RequestId::Integer(value)
}

fn string(value: &str) -> RequestId {
    RequestId::String(value.into())
}

#[test]
fn a_request_keeps_its_method_and_the_text_of_its_params() {
    let text =
        r#" {"method":"tools\/call","params": {"name":"x", "n": 1.0} ,"jsonrpc":"2.0","extra":[1],"id":7} "#;
    let expected = Request {
        id: integer(7),
        method: Cow::Borrowed("tools/call"),
        params: Some(r#"{"name":"x", "n": 1.0}"#),
    };
    assert_eq!(single(text), Message::Request(expected));
}

#[test]
fn a_message_without_an_id_is_a_notification() {
    let text = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    let expected = Notification { method: Cow::Borrowed("notifications/initialized"), params: None };
    assert_eq!(single(text), Message::Notification(expected));
}

#[test]
fn a_message_without_a_method_is_a_response() {
    let result = Response { id: string("a"), outcome: Ok("{}") };
    assert_eq!(single(r#"{"jsonrpc":"2.0","id":"a","result":{}}"#), Message::Response(result));
    let error = r#"{"code":-1,"message":"no"}"#;
    let text = format!(r#"{{"jsonrpc":"2.0","id":1,"error":{error}}}"#);
    assert_eq!(single(&text), Message::Response(Response { id: integer(1), outcome: Err(error) }));
}

/// RPC-7; and a refused response is not answered, since that could go on forever.
#[test]
fn a_response_has_exactly_one_of_result_and_error_and_is_never_answered() {
    for rest in [
        r#""result":{},"error":{"code":1,"message":"x"}"#,
        r#""result":1"#,
        r#""result":null"#,
        r#""error":{"code":1.5,"message":"x"}"#,
        r#""error":{"code":1}"#,
        r#""error":{"message":"x"}"#,
        r#""error":"x""#,
    ] {
        let malformed = refused(&format!(r#"{{"jsonrpc":"2.0","id":1,{rest}}}"#));
        assert_eq!((malformed.code, malformed.answerable), (error_code::INVALID_REQUEST, false), "{rest}");
        assert_eq!(malformed.id, Some(integer(1)));
    }
    for id in ["", r#""id":null,"#] {
        let malformed = refused(&format!(r#"{{"jsonrpc":"2.0",{id}"error":{{"code":1,"message":"x"}}}}"#));
        assert_eq!(
            (malformed.code, malformed.answerable, malformed.id),
            (error_code::INVALID_REQUEST, false, None)
        );
    }
    let both = refused(r#"{"jsonrpc":"2.0","id":1,"method":"x","result":{}}"#);
    assert_eq!((both.code, both.answerable), (error_code::INVALID_REQUEST, true));
}

/// RPC-2, RPC-3.
#[test]
fn ids_are_kept_and_repeated_exactly() {
    let ids =
        ["0", "-1", "9007199254740993", "-9223372036854775808", "18446744073709551615", r#""""#, r#""1""#];
    for id in ids {
        let text = request_with_id(id);
        let Message::Request(request) = single(&text) else { panic!("{id}") };
        let mut answer = String::new();
        write::response(&mut answer, Some(&request.id), "{}");
        assert_eq!(answer, format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#));
    }
    let Message::Request(request) = single(r#"{"jsonrpc":"2.0","id":"\u00e9\n\ud83d\ude00","method":"x"}"#)
    else {
        panic!("not a request");
    };
    assert_eq!(request.id, string("é\n😀"));
}

/// RPC-2: an integer is one however it is written, and answered as every reader of JSON matches it.
#[test]
fn an_integer_is_an_id_however_it_is_written() {
    for (id, value) in
        [("1.0", 1), ("-7.000", -7), ("1e3", 1000), ("12.50E+1", 125), ("0.0", 0), ("-0.0", 0), ("90e-1", 9)]
    {
        let text = request_with_id(id);
        let Message::Request(request) = single(&text) else { panic!("not a request: {id}") };
        assert_eq!(request.id, integer(value), "{id}");
    }
}

/// RPC-2, RPC-6.
#[test]
fn other_ids_are_refused_without_repeating_them() {
    for id in [
        "null",
        "1.5",
        "1e-3",
        "0.5",
        "1e20",
        "true",
        "{}",
        "[1]",
        "18446744073709551616",
        "-9223372036854775809",
    ] {
        let malformed = refused(&request_with_id(id));
        assert_eq!((malformed.code, malformed.id), (error_code::INVALID_REQUEST, None), "{id}");
        assert!(malformed.answerable);
    }
}

/// RPC-9, RPC-13, RPC-18.
#[test]
fn what_is_not_a_message_is_refused_with_its_id() {
    for (rest, code) in [
        (r#""method":"x""#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"1.0","method":"x""#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":2.0,"method":"x""#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"2.0""#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"2.0","method":1"#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"2.0","method":"x","params":null"#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"2.0","method":"x","params":"y""#, error_code::INVALID_REQUEST),
        (r#""jsonrpc":"2.0","method":"x","params":[1]"#, error_code::INVALID_PARAMS),
    ] {
        let malformed = refused(&format!(r#"{{{rest},"id":5}}"#));
        assert_eq!(
            (malformed.code, malformed.id, malformed.answerable),
            (code, Some(integer(5)), true),
            "{rest}"
        );
    }
    let long = format!(r#"{{"jsonrpc":"2.0","id":5,"method":"{}"}}"#, "m".repeat(257));
    assert_eq!(refused(&long).code, error_code::INVALID_REQUEST);
    for text in ["1", "\"x\"", "null", " true "] {
        assert_eq!(refused(text).message, "the message is not an object");
    }
}

/// RPC-6.
#[test]
fn a_notification_with_bad_params_is_not_answered() {
    let malformed = refused(r#"{"jsonrpc":"2.0","method":"notifications/x","params":[]}"#);
    assert_eq!((malformed.code, malformed.answerable), (error_code::INVALID_PARAMS, false));
}

/// RPC-9, RPC-16, RPC-17.
#[test]
fn what_is_not_json_is_a_parse_error_that_says_where() {
    for text in [
        "",
        "   ",
        "{",
        "{}}",
        "{} {}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "[1,]",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":+1}",
        "{\"a\":NaN}",
        "{\"a\":tru}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"x}",
        "{\"a\":[}",
        "{\"a\":[1}",
        "{\"a\":{]}",
        "{} // comment",
        "\u{a0}{}",
    ] {
        let malformed = refused(text);
        assert_eq!((malformed.code, malformed.id), (error_code::PARSE_ERROR, None), "{text}");
    }
    assert_eq!(refused("{\"a\":tru}").message, "the message is not JSON: a value is missing at byte 5");
    let bytes = b"{\"a\":\"\xff\"}";
    let malformed = parse(bytes, &FrameLimits::default()).expect_err("not UTF-8");
    assert_eq!(
        (malformed.code, &*malformed.message),
        (error_code::PARSE_ERROR, "the message is not UTF-8 at byte 6")
    );
}

/// RPC-14.
#[test]
fn a_repeated_key_is_refused_at_every_level_however_it_is_spelled() {
    for text in [
        r#"{"jsonrpc":"2.0","id":5,"method":"x","method":"y"}"#,
        r#"{"jsonrpc":"2.0","id":5,"method":"x","\u006dethod":"y"}"#,
        r#"{"jsonrpc":"2.0","id":5,"method":"x","extra":1,"extra":2}"#,
        r#"{"jsonrpc":"2.0","method":"x","params":{"a":[{"b":1,"c":2,"\u0062":3}]},"id":5}"#,
        r#"{"jsonrpc":"2.0","method":"x","params":{"\/":1,"/":2},"id":5}"#,
    ] {
        let malformed = refused(text);
        assert_eq!((malformed.code, malformed.id), (error_code::INVALID_REQUEST, Some(integer(5))), "{text}");
    }
    let malformed = refused(r#"{"jsonrpc":"2.0","id":1,"method":"x","id":2}"#);
    assert_eq!((&*malformed.message, malformed.id), ("the message has the member \"id\" twice", None));
    let same_keys_in_different_objects =
        r#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"id":1,"a":{"id":2},"b":[{"id":3},{"id":4}]}}"#;
    single(same_keys_in_different_objects);
}

/// RPC-14.
#[test]
fn a_repeated_key_is_found_in_large_objects_too() {
    let members = |count: usize| (0..count).map(|index| format!("\"key{index}\":0")).collect::<Vec<_>>();
    for count in [11, 12, 13, 14, 40, 5_000] {
        let mut keys = members(count);
        let message = |keys: &[String]| {
            format!(r#"{{"jsonrpc":"2.0","method":"x","params":{{{}}},"id":5}}"#, keys.join(","))
        };
        single(&message(&keys));
        for repeated in [0, count / 2, count - 1] {
            keys.push(format!("\"\\u006bey{repeated}\":0"));
            let malformed = refused(&message(&keys));
            assert_eq!(malformed.message, format!("the message has the member \"key{repeated}\" twice"));
            assert_eq!(malformed.id, Some(integer(5)));
            keys.pop();
        }
    }
}

/// RPC-16.
#[test]
fn half_a_surrogate_pair_is_a_parse_error_that_still_finds_the_id() {
    for half in [r"\ud800", r"\udc00", r"\ud800x", r"\ud800\u0041", r"\ud800\ud800\udc00", r"\udc00\ud800"] {
        let malformed =
            refused(&format!(r#"{{"jsonrpc":"2.0","method":"x","params":{{"a":"{half}"}},"id":5}}"#));
        assert_eq!((malformed.code, malformed.id), (error_code::PARSE_ERROR, Some(integer(5))), "{half}");
    }
    single(r#"{"jsonrpc":"2.0","method":"x","params":{"a":"\ud83d\ude00\u0000"},"id":5}"#);
}

/// RPC-17.
#[test]
fn depth_is_limited_without_recursion_and_the_id_is_still_found() {
    let nested = |levels: usize| {
        let params = format!("{}{}", r#"{"a":"#.repeat(levels), "1") + &"}".repeat(levels);
        format!(r#"{{"jsonrpc":"2.0","method":"x","params":{params},"id":5}}"#)
    };
    let limits = FrameLimits::default();
    single(&nested(limits.max_depth - 1));
    let malformed = refused(&nested(limits.max_depth));
    assert_eq!((malformed.code, malformed.id), (error_code::INVALID_REQUEST, Some(integer(5))));
    assert_eq!(malformed.message, "the message is nested deeper than 127 levels");
    for hopeless in ["[".repeat(1_000_000), "{\"a\":".repeat(500_000), nested(100_000)] {
        let malformed = refused(&hopeless);
        assert_eq!((malformed.code, malformed.id), (error_code::INVALID_REQUEST, None));
    }
}

/// RPC-15.
#[test]
fn a_number_that_no_double_holds_is_refused() {
    let params =
        |number: &str| format!(r#"{{"jsonrpc":"2.0","id":5,"method":"x","params":{{"n":{number}}}}}"#);
    for number in ["1e400", "-1e400", "1e999999999999999999999", &"9".repeat(400)] {
        assert_eq!(refused(&params(number)).id, Some(integer(5)), "{number}");
    }
    for number in ["1e308", "1e-400", "-0", "-0.0", "123456789012345678901234567890", "0e999999999"] {
        single(&params(number));
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    single("\u{feff}{\"jsonrpc\":\"2.0\",\"method\":\"x\"}");
    refused("\u{feff}\u{feff}{\"jsonrpc\":\"2.0\",\"method\":\"x\"}");
}

#[test]
fn size_is_limited() {
    let limits = FrameLimits { max_bytes: 41, ..FrameLimits::default() };
    let text = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    assert_eq!(text.len(), 40);
    assert!(parse(text.as_bytes(), &limits).is_ok());
    assert!(parse(format!("{text}  ").as_bytes(), &limits).is_err());
}

#[test]
fn each_message_of_a_batch_is_judged_on_its_own() {
    let text = r#"[{"jsonrpc":"2.0","id":1,"method":"a"}, 7 ,{"jsonrpc":"2.0","id":2,"method":"b","params":{"x":1,"x":2}},
        {"jsonrpc":"2.0","method":"c"}]"#;
    let Ok(Frame::Batch(batch)) = parse(text.as_bytes(), &FrameLimits::default()) else {
        panic!("not a batch")
    };
    let seen: Vec<_> = batch
        .iter()
        .map(|element| match element {
            Ok(Message::Request(request)) => format!("request {}", request.id),
            Ok(Message::Notification(notification)) => format!("notification {}", notification.method),
            Ok(Message::Response(response)) => format!("response {}", response.id),
            Err(malformed) => {
                format!("{} {:?}", malformed.code, malformed.id.as_ref().map(ToString::to_string))
            }
        })
        .collect();
    assert_eq!(seen, ["request 1", "-32600 None", "-32600 Some(\"2\")", "notification c"]);
}

#[test]
fn a_batch_is_refused_as_a_whole_when_empty_too_long_or_broken() {
    assert_eq!(refused("[]").code, error_code::INVALID_REQUEST);
    assert_eq!(refused(&format!("[{}1]", "1,".repeat(100))).code, error_code::INVALID_REQUEST);
    assert_eq!(refused(r#"[{"jsonrpc":"2.0","id":1,"method":"a"},]"#).code, error_code::PARSE_ERROR);
    assert_eq!(refused(r#"[{"jsonrpc":"2.0","id":1,"method":"a"}"#).code, error_code::PARSE_ERROR);
    assert_eq!(refused("[1]x").code, error_code::PARSE_ERROR);
}

#[test]
fn answers_and_notifications_are_written_as_one_line_of_json() {
    let mut out = String::new();
    write::error(&mut out, None, error_code::PARSE_ERROR, "a \"quoted\"\nline", None);
    assert_eq!(out, r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"a \"quoted\"\nline"}}"#);
    out.clear();
    write::error(&mut out, Some(&string("x")), -32000, "no", Some("[1]"));
    assert_eq!(out, r#"{"jsonrpc":"2.0","id":"x","error":{"code":-32000,"message":"no","data":[1]}}"#);
    out.clear();
    write::notification(&mut out, "notifications/progress", Some("{\"progress\":1}"));
    assert_eq!(out, r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#);
}

#[test]
fn an_outline_holds_what_walking_the_same_text_finds_or_nothing() {
    let many: Vec<String> = (0..40).map(|number| format!("\"key{number}\":{number}")).collect();
    let many = many.join(",");
    for (params, known, nested_known) in [
        (r#"{"name":"a","_meta":{"x":{"y":[1]},"z":"}"},"last": 1 }"#.to_owned(), true, true),
        (r#"{"_meta":{"\u0078":1},"a":2}"#.to_owned(), true, false),
        (r#"{"\u0061":1,"_meta":{"b":{}}}"#.to_owned(), false, true),
        (format!(r#"{{"_meta":{{{many}}},"a":1}}"#), true, false),
        (format!(r#"{{{many},"_meta":{{}}}}"#), false, true),
        ("{}".to_owned(), true, false),
    ] {
        let frame = format!(r#"{{"jsonrpc":"2.0","id":1,"params": {params} ,"method":"m"}}"#);
        let mut outline = Outline::new("_meta");
        let parsed = parse_outlined(frame.as_bytes(), &FrameLimits::default(), &mut outline);
        let Ok(Frame::Single(Message::Request(request))) = parsed else { panic!("{frame}") };
        let text = request.params.expect("params");
        assert_eq!(text, params);
        let walked = |text| members(text).map(|(key, value)| (key.into_owned(), value)).collect::<Vec<_>>();
        let noted = |text: &str| {
            let noted = outline.members(text)?.iter();
            Some(noted.map(|&(key, value)| (key.to_owned(), value)).collect::<Vec<_>>())
        };
        assert_eq!(noted(text), known.then(|| walked(text)), "{params}");
        if let Some(meta) = member(text, "_meta") {
            assert_eq!(noted(meta), nested_known.then(|| walked(meta)), "{params}");
        }
        assert!(outline.members(&params).is_none(), "a copy elsewhere is not the same text");
    }
}
