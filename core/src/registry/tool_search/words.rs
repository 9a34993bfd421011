//! What counts as a word when tools are looked for.

/// Calls `each` with the words of a text, folded so that ways of writing one word are one: `listFiles`, `list_files` and
/// "List files" have the same two. A name that is written together counts as a whole, too.
pub(super) fn each_word(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    for run in text.split(|character: char| !character.is_alphanumeric()).filter(|run| !run.is_empty()) {
        if run.chars().any(is_unspaced) {
            pairs(run, &mut each);
            continue;
        }
        let mut parts = 0;
        for part in humps(run) {
            fold(part, &mut word);
            parts += 1;
            each(&word);
        }
        if parts > 1 {
            fold(run, &mut word);
            each(&word);
        }
    }
}

/// Whether this word of a sentence is about no tool rather than another.
pub(super) fn says_nothing(word: &str) -> bool {
    matches!(
        word,
        "a" | "an"
            | "and"
            | "any"
            | "are"
            | "as"
            | "at"
            | "be"
            | "by"
            | "can"
            | "do"
            | "for"
            | "from"
            | "have"
            | "how"
            | "i"
            | "in"
            | "is"
            | "it"
            | "me"
            | "my"
            | "need"
            | "of"
            | "on"
            | "or"
            | "some"
            | "that"
            | "the"
            | "there"
            | "this"
            | "to"
            | "tool"
            | "use"
            | "want"
            | "what"
            | "which"
            | "with"
            | "you"
    )
}

/// Cuts `getHTTPPage2` into `get`, `HTTP`, `Page2`.
fn humps(run: &str) -> impl Iterator<Item = &str> {
    let mut rest = run;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut characters = rest.char_indices().peekable();
        let (mut before, mut end) = (characters.next()?.1, rest.len());
        while let Some((at, character)) = characters.next() {
            let begins_word =
                before.is_uppercase() && characters.peek().is_some_and(|(_, after)| after.is_lowercase());
            if character.is_uppercase() && (!before.is_uppercase() || begins_word) {
                end = at;
                break;
            }
            before = character;
        }
        let (part, after) = rest.split_at(end);
        rest = after;
        Some(part)
    })
}

/// Small letters, and one of a thing for many of it.
fn fold(part: &str, word: &mut String) {
    word.clear();
    word.extend(part.chars().flat_map(char::to_lowercase));
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        let length = stem.len();
        word.truncate(length);
        word.push('y');
    } else if word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is"].iter().any(|end| word.ends_with(end))
    {
        word.pop();
    }
}

/// Whether the script of this letter puts no spaces between words.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Every two letters that stand together; a letter that stands alone.
fn pairs(run: &str, each: &mut impl FnMut(&str)) {
    let mut starts: Vec<usize> = run.char_indices().map(|(at, _)| at).collect();
    starts.push(run.len());
    if let [start, end] = starts[..] {
        return each(&run[start..end]);
    }
    for window in starts.windows(3) {
        each(&run[window[0]..window[2]]);
    }
}
