//! Any template against any URI: the first line is the template, the rest the URI. Must not panic, must stay quick, and
//! what it finds must be JSON, for files without a value that leads out of its place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oxmcp_core::registry::UriTemplate;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Some((template, uri)) = text.split_once('\n') else { return };
    let Ok(template) = UriTemplate::parse(template) else { return };
    let _ = template.expand(&[("a", uri), ("b", "1")]);
    let Ok(values) = template.matches(uri) else { return };
    let Value::Object(values) = values.to_value().unwrap() else { panic!("not an object") };
    if template.as_str().contains(['?', '&', '#']) || !template.as_str().starts_with("file:") {
        return;
    }
    for value in values.values() {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for item in items {
            let item = item.as_str().unwrap();
            assert!(!item.starts_with(['/', '\\']) && !item.contains('\0'));
            assert!(item.split(['/', '\\']).all(|segment| segment != ".."));
        }
    }
});
