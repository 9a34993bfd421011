//! RFC 6570 templates the other way round: from a URI to the values of the variables (RSRC-12, RSRC-15).
//!
//! The RFC says how to expand a template and leaves matching to its readers. The reading here:
//!
//! | written | takes |
//! |---|---|
//! | `{x}` | one or more characters, none of them `/`, `?` or `#` |
//! | `{x,y}` | the same, with `,` between them and not in them |
//! | `{+x}` | one or more characters of any kind |
//! | `{x*}` | as `{x}`, and `/` too: the wildcard of a path, one string |
//! | `{x:3}` | as `{x}`, at most three characters once decoded |
//! | `{/x}`, `{.x}` | `/` or `.`, then as `{x}` |
//! | `{/x*}`, `{.x*}` | a list: the parts between the `/` or `.` |
//! | `{;a,b}` | `;a=1;b=2` in any order, each optional; `;a` alone is empty; `{;a*}` is a list; keeps `;` out of `{x}` |
//! | `{?a,b}`, `{&a,b}` | the same with `?a=1&b=2`; parameters of other names are ignored; last in the template |
//! | `{#x}` | everything after the first `#`, optional; last in the template |
//!
//! Where several readings fit (`{a}-{b}` against `x-y-z`, `{a}{b}` against `xyz`), each variable from the left takes as
//! much as leaves the rest of the template a way to match: `a` is `x-y`, then `xy`. All readings are considered at once,
//! so the time is the product of the two lengths at worst and there is nothing to backtrack into.
//!
//! Values are percent-decoded and must be UTF-8 after that. [`ValueChecks`] says which are refused.
//!
//! The grammar and the expansion are ours too: those of iri-string 0.7 panic on some texts beyond ASCII.

mod checks;
mod expansion;
mod matching;
mod parse;
mod spelled;
mod value;

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, Result};
use crate::json::{RawJson, write_string};
use crate::model::ValueChecks;
pub use checks::{RefusedValue, ValueRule};
pub use parse::legal_text;
pub(super) use spelled::Spelled;
use value::Value;

/// The longest template that is accepted, and the longest URI that is looked at, in bytes.
pub const MAX_URI_LENGTH: usize = 8 * 1024;

/// How many variables a template may have.
pub const MAX_VARIABLES: usize = 64;

/// A template, parsed once.
#[derive(Clone)]
pub struct UriTemplate {
    text: Arc<str>,
    variables: Vec<Variable>,
    /// What is before the query, in order.
    head: Vec<Part>,
    query: Option<Query>,
    fragment: Option<Group>,
    /// Scheme and authority are text, so that their case does not matter.
    literal_authority: bool,
    checks: ValueChecks,
}

/// Why a URI yields no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoMatch {
    /// It is not one of the template's.
    Other,
    /// It is, but for this value.
    Refused(RefusedValue),
}

/// A run of neighbours in [`UriTemplate::variables`].
type Group = std::ops::Range<usize>;

#[derive(Debug, Clone)]
struct Variable {
    name: String,
    /// The value is a list: exploded, with an operator that keeps its parts apart.
    list: bool,
    /// The most characters the value may have.
    longest: Option<usize>,
    place: Place,
}

/// What of a URI a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A piece of what is before the query.
    Piece,
    /// The whole path, its first slash included, of something that is no file.
    WholePath,
    /// A piece of the query, or of the fragment.
    AfterPath,
}

/// One step of matching what is before the query.
#[derive(Debug, Clone)]
enum Part {
    /// Exactly this text.
    Literal(String),
    /// One or more characters, the value of a variable.
    Run { variable: usize, accepts: Accepts, separator: Option<char> },
    /// `;name=value` pairs.
    Matrix(Group),
}

/// Which delimiters a run may hold. Every other character it may.
#[derive(Debug, Clone, Copy)]
struct Accepts {
    slash: bool,
    question_mark_and_hash: bool,
    comma: bool,
    ampersand: bool,
    semicolon: bool,
}

#[derive(Debug, Clone)]
struct Query {
    /// `{&…}`: the query was begun by a literal before it.
    continued: bool,
    variables: Group,
}

impl UriTemplate {
    /// Parses a template.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidDescriptor`] when it is not an RFC 6570 template, is longer than [`MAX_URI_LENGTH`], has more
    /// than [`MAX_VARIABLES`] variables or one of them twice, or has a query or fragment expression before its end.
    pub fn parse(text: &str) -> Result<Self> {
        parse::parse(text).map_err(|reason| {
            let shown: String = text.chars().take(200).collect();
            Error::new(
                ErrorKind::InvalidDescriptor,
                format!("the URI template {shown:?} cannot be used: {reason}"),
            )
        })
    }

    /// The same template with other checks of its values; [`parse`](Self::parse) leaves all of them on.
    #[must_use]
    pub fn with_value_checks(mut self, checks: ValueChecks) -> Self {
        self.checks = checks;
        self
    }

    /// The template as it was written, with percent codes for what may not stand in a URI.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of the variables, in order of appearance.
    pub fn variables(&self) -> impl ExactSizeIterator<Item = &str> {
        self.variables.iter().map(|variable| variable.name.as_str())
    }

    /// The values of the variables if the URI is one of the template's: a JSON object of strings, or of lists of strings
    /// for variables exploded with an operator. Optional ones that the URI lacks are left out.
    ///
    /// # Errors
    /// When it is not, or one of the values is refused.
    pub fn matches(&self, uri: &str) -> Result<RawJson, NoMatch> {
        self.matches_spelled(&Spelled::of(uri))
    }

    /// [`matches`](Self::matches) for a URI that is compared with several templates.
    pub(super) fn matches_spelled(&self, uri: &Spelled<'_>) -> Result<RawJson, NoMatch> {
        let values = matching::match_uri(self, uri)?;
        let mut object = String::with_capacity(64);
        object.push('{');
        for (variable, value) in self.variables.iter().zip(&values) {
            let Some(value) = value else { continue };
            if object.len() > 1 {
                object.push(',');
            }
            write_string(&mut object, &variable.name);
            object.push(':');
            match value {
                Value::Text(text) => write_string(&mut object, text),
                Value::List(items) => {
                    object.push('[');
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            object.push(',');
                        }
                        write_string(&mut object, item);
                    }
                    object.push(']');
                }
            }
        }
        object.push('}');
        Ok(RawJson::from_checked(object))
    }

    /// The URI with these values, given by name, filled in as RFC 6570 says. Variables without a value vanish.
    #[must_use]
    pub fn expand(&self, values: &[(&str, &str)]) -> String {
        expansion::expand(&self.text, values)
    }
}

impl fmt::Debug for UriTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("UriTemplate").field(&self.text).finish()
    }
}
