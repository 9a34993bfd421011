//! Two JSON texts, one per line, as schema and instance: no panic, no overflow, conversions hold what they promise, and the pass over
//! the text says what the checker with a tree says.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oxmcp_core::json::RawJson;
use oxmcp_core::schema::{Checked, CompiledSchema, SchemaLimits, header_parameters};

fuzz_target!(|text: &str| {
    let Some((schema, instance)) = text.split_once('\n') else { return };
    let Ok(schema) = RawJson::parse(schema) else { return };
    let _ = header_parameters(&schema);
    let Ok(compiled) = CompiledSchema::compile(&schema, &SchemaLimits::default()) else { return };
    let Ok(instance) = RawJson::parse(instance) else { return };
    let by_tree = compiled.check_tree(&instance);
    assert_eq!(compiled.check(&instance), by_tree);
    if let Some(valid) = compiled.check_text(&instance) {
        assert_eq!(valid, by_tree.is_ok());
    }
    match compiled.check_arguments(&instance, true) {
        Ok(Checked::AsIs) => assert!(by_tree.is_ok()),
        Ok(Checked::Converted(converted)) => {
            let converted = RawJson::parse(converted.as_str()).expect("converted text is JSON");
            assert!(compiled.check_tree(&converted).is_ok());
        }
        Err(violations) => {
            assert!(by_tree.is_err());
            assert!(violations.to_string().len() < 64 * 1024);
        }
    }
});
