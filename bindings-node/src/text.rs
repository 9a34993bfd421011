//! Texts from JavaScript and to it, as cheap as they can be had.

#![expect(unsafe_code, reason = "what Node-API says of a text is written where it is told")]

use std::ops::Range;
use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, ToNapiValue, TypeName, ValidateNapiValue};
use napi::{Result, ValueType, check_status, sys};
use oxmcp_core::json::{self, RawJson};

/// A text that may be long. Almost every one is ASCII, so that there are as many bytes as characters: it is fetched at once, without
/// having its bytes counted first, which costs more than fetching them.
pub struct Text(pub String);

impl TypeName for Text {
    fn type_name() -> &'static str {
        "String"
    }

    fn value_type() -> ValueType {
        ValueType::String
    }
}

impl ValidateNapiValue for Text {}

impl FromNapiValue for Text {
    unsafe fn from_napi_value(env: sys::napi_env, value: sys::napi_value) -> Result<Self> {
        let mut characters = 0;
        // SAFETY: without a buffer the length is told, at no cost, in units of UTF-16.
        check_status!(unsafe {
            sys::napi_get_value_string_latin1(env, value, ptr::null_mut(), 0, &raw mut characters)
        })?;
        // One more than there is room for is the zero behind the text.
        let mut bytes: Vec<u8> = Vec::with_capacity(characters + 1);
        let mut written = 0;
        // SAFETY: no more than the capacity is written, zero included; what is told is how much, without it.
        check_status!(unsafe {
            let room = bytes.as_mut_ptr().cast();
            sys::napi_get_value_string_utf8(env, value, room, characters + 1, &raw mut written)
        })?;
        // SAFETY: written just now.
        unsafe { bytes.set_len(written) };
        if written == characters && bytes.is_ascii() {
            // SAFETY: ASCII is UTF-8.
            return Ok(Self(unsafe { String::from_utf8_unchecked(bytes) }));
        }
        // SAFETY: the same value, of the same environment.
        unsafe { String::from_napi_value(env, value) }.map(Self)
    }
}

/// A string within a JSON text, decoded on its way to JavaScript.
pub struct PartOfJson {
    pub whole: RawJson,
    pub place: Range<usize>,
}

impl ToNapiValue for PartOfJson {
    unsafe fn to_napi_value(env: sys::napi_env, Self { whole, place }: Self) -> Result<sys::napi_value> {
        let text = whole.as_str().get(place).and_then(json::as_string).unwrap_or_default();
        let (start, length) = (text.as_ptr().cast(), isize::try_from(text.len()).unwrap_or(isize::MAX));
        let mut value = ptr::null_mut();
        // ASCII is Latin-1, too, which is copied as it is.
        // SAFETY: the text lives until it is copied; neither function looks beyond its length.
        check_status!(unsafe {
            if text.is_ascii() {
                sys::napi_create_string_latin1(env, start, length, &raw mut value)
            } else {
                sys::napi_create_string_utf8(env, start, length, &raw mut value)
            }
        })?;
        Ok(value)
    }
}
