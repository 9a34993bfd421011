//! Results of the modern era: `resultType`, cache hints, and who answers (RESULT-1, CACHE-1, META-3).

use crate::eras::answer::Answer;
use crate::eras::items::Object;
use crate::eras::meta::SERVER_INFO;
use crate::eras::output;
use crate::eras::profile::Profile;
use crate::json::{self, RawJson};
use crate::jsonrpc::MessageText;
use crate::model::{CacheHint, CacheScope, OperationKind, Output};

/// Writes the result object; `private` where nobody but this caller may keep it, whatever anybody says (AUTH-15).
pub(crate) fn write(message: &mut MessageText, answer: &Answer, profile: &Profile, private: bool) {
    let kept =
        |hint: CacheHint| if private { CacheHint { scope: CacheScope::Private, ..hint } } else { hint };
    let (kind, output, cache) = match answer {
        Answer::Empty => return finish(&mut Object::begin_in(message), None, None, profile),
        Answer::Page { kind, items, next_cursor } => {
            let mut object = Object::begin_in(message);
            output::write_page(&mut object, *kind, items, next_cursor.as_deref());
            return finish(&mut object, Some(kept(profile.cache_hint(*kind))), None, profile);
        }
        Answer::Output { kind, output, cache, .. } => (*kind, output, *cache),
    };
    // A resource that says nothing is kept as the server's own hint says.
    let cache = match cache {
        Some(hint) if hint != CacheHint::default() => hint,
        _ => profile.cache_hint(kind),
    };
    if let Output::Whole(whole) = output {
        let cache = cacheable(kind).then_some(kept(cache));
        return write_whole(message.parts().0, whole, cache, private, profile);
    }
    let mut object = Object::begin_in(message);
    match output {
        Output::Tool(tool) => {
            output::write_content(&mut object, tool);
            output::write_tool(&mut object, tool, tool.structured_content.as_ref(), false);
            finish(&mut object, None, tool.meta.as_ref(), profile);
        }
        Output::Prompt(prompt) => {
            object
                .optional_string(true, "description", prompt.description.as_deref())
                .shared("messages", &prompt.messages);
            finish(&mut object, None, prompt.meta.as_ref(), profile);
        }
        Output::Resource(resource) => {
            object.shared("contents", &resource.contents);
            finish(&mut object, Some(kept(resource.cache.unwrap_or(cache))), resource.meta.as_ref(), profile);
        }
        Output::Completion(completion) => {
            output::write_completion(&mut object, completion);
            finish(&mut object, None, None, profile);
        }
        Output::Whole(_) | Output::InputRequired(_) => {}
    }
}

/// Whether results of this kind carry cache hints (CACHE-1).
const fn cacheable(kind: OperationKind) -> bool {
    matches!(
        kind,
        OperationKind::ListTools
            | OperationKind::ListPrompts
            | OperationKind::ListResources
            | OperationKind::ListResourceTemplates
            | OperationKind::ReadResource
    )
}

/// What every result ends with.
pub(crate) fn finish(
    object: &mut Object<'_>,
    cache: Option<CacheHint>,
    meta: Option<&RawJson>,
    profile: &Profile,
) {
    if let Some(hint) = cache {
        write_cache_hint(object, hint);
    }
    object.raw("resultType", "\"complete\"");
    write_meta(object, meta.map(RawJson::as_str), profile);
    object.end();
}

/// What a result of another type ends with: nobody keeps it.
pub(crate) fn finish_as(object: &mut Object<'_>, result_type: &str, profile: &Profile) {
    object.string("resultType", result_type);
    write_meta(object, None, profile);
    object.end();
}

fn write_cache_hint(object: &mut Object<'_>, hint: CacheHint) {
    object.raw("ttlMs", &hint.ttl_ms.to_string()).string("cacheScope", hint.scope.as_str());
}

/// The author's `_meta` and the server's identity (META-3, G-10). An identity the author set stays.
fn write_meta(object: &mut Object<'_>, meta: Option<&str>, profile: &Profile) {
    let out = object.name("_meta");
    out.push('{');
    let mut identified = false;
    let own =
        meta.map(str::trim).and_then(|text| text.strip_prefix('{')).and_then(|text| text.strip_suffix('}'));
    if let Some(members) = own.filter(|members| !members.trim().is_empty()) {
        out.push_str(members);
        identified = meta.is_some_and(|meta| json::member(meta, SERVER_INFO).is_some());
        if !identified {
            out.push(',');
        }
    }
    if !identified {
        out.push_str(profile.server_info());
    }
    out.push('}');
}

/// A result object the author wrote: what is missing is added, what is there stays.
fn write_whole(
    out: &mut String,
    whole: &RawJson,
    cache: Option<CacheHint>,
    private: bool,
    profile: &Profile,
) {
    let (mut typed, mut complete, mut ttl, mut scope, mut meta) = (false, true, false, false, None);
    let mut object = Object::begin(out);
    for (key, value) in json::members(whole.as_str()) {
        match &*key {
            "resultType" => {
                typed = true;
                complete = value == "\"complete\"";
            }
            "ttlMs" => ttl = true,
            // The one that is written below counts.
            "cacheScope" if private && cache.is_some() => continue,
            "cacheScope" => scope = true,
            "_meta" if json::is_object(value) => {
                meta = Some(value);
                continue;
            }
            _ => {}
        }
        object.foreign(&key, value);
    }
    if !typed {
        object.raw("resultType", "\"complete\"");
    }
    if let Some(hint) = cache.filter(|_| complete) {
        if !ttl {
            object.raw("ttlMs", &hint.ttl_ms.to_string());
        }
        if !scope {
            object.string("cacheScope", hint.scope.as_str());
        }
    }
    write_meta(&mut object, meta, profile);
    object.end();
}
