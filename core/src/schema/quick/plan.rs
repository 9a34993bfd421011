//! What a schema asks for, laid out for one pass over the text of an instance.

use jsonschema::Validator;

/// The node that everything fits.
pub(super) const ANYTHING: usize = 0;
/// The node that nothing fits.
pub(super) const NOTHING: usize = 1;

/// The node of which nothing is known.
pub(super) const UNKNOWN: usize = 2;

/// Types of values, as bits.
pub(super) mod types {
    pub const NULL: u8 = 1;
    pub const BOOLEAN: u8 = 2;
    pub const INTEGER: u8 = 4;
    /// Numbers that are no integers.
    pub const FRACTION: u8 = 8;
    pub const NUMBER: u8 = INTEGER | FRACTION;
    pub const STRING: u8 = 16;
    pub const ARRAY: u8 = 32;
    pub const OBJECT: u8 = 64;
    pub const ALL: u8 = 127;
}

/// A schema. Nodes name each other by their index, so that they may go round in circles.
#[derive(Debug)]
pub(super) struct Plan {
    pub nodes: Vec<Node>,
    pub root: usize,
}

/// What a member or an item must be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub node: usize,
    /// Types of which all values fit, of those that are neither arrays nor objects: for them the node is not looked at.
    pub plain: u8,
}

/// What one value must be.
#[derive(Debug)]
pub(super) enum Node {
    Anything,
    Nothing,
    /// What only the full checker knows.
    Unknown,
    Rules(Box<Rules>),
    /// All of these; at least one.
    All(Box<[usize]>),
    /// At least one of these.
    Any(Box<Alternatives>),
    /// Exactly one of these.
    One(Box<Alternatives>),
}

/// Rules for a value of each type.
#[derive(Debug)]
pub(super) struct Rules {
    pub types: u8,
    /// Whether all strings fit.
    pub any_string: bool,
    pub allowed: Option<Allowed>,
    pub number: Option<NumberRules>,
    pub string: Option<StringRules>,
    pub array: Option<ArrayRules>,
    pub object: Option<ObjectRules>,
}

/// The values of `enum` or `const`, neither arrays nor objects.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    pub null: bool,
    pub yes: bool,
    pub no: bool,
    pub numbers: Box<[f64]>,
    /// Sorted.
    pub strings: Box<[Box<str>]>,
}

/// All bounds are doubles below 2^53: whatever is rounded to a double is on the same side of them as before.
#[derive(Debug)]
pub(super) struct NumberRules {
    pub minimum: f64,
    pub maximum: f64,
    pub above: f64,
    pub below: f64,
    pub multiple_of: Option<u64>,
}

#[derive(Debug)]
pub(super) struct StringRules {
    pub min: u64,
    pub max: u64,
    pub pattern: Pattern,
}

#[derive(Debug)]
pub(super) enum Pattern {
    None,
    /// The schema of the pattern alone.
    Linear(Box<Validator>),
    /// One for the full checker, which knows how long it may take.
    Backtracking,
}

#[derive(Debug)]
pub(super) struct ArrayRules {
    /// For the first items, one each.
    pub first: Box<[Slot]>,
    /// For all others.
    pub others: Slot,
    pub min: u64,
    pub max: u64,
    pub unique: bool,
}

#[derive(Debug)]
pub(super) struct ObjectRules {
    /// In the order in which the schema names them.
    pub members: Box<[Member]>,
    /// Their indexes in the order of their names.
    pub by_name: Box<[usize]>,
    /// For members that are not named.
    pub others: Slot,
    /// For the names themselves.
    pub names: Option<usize>,
    /// The bits of members that must be there.
    pub required: u128,
}

#[derive(Debug)]
pub(super) struct Member {
    pub name: Box<str>,
    /// Its usual spelling as a key, with the quotes and a colon.
    pub key: Box<[u8]>,
    /// The same as a number, if it is short; and the bits of that.
    pub word: u128,
    pub mask: u128,
    pub slot: Slot,
    /// One bit if it is required, otherwise none.
    pub bit: u128,
}

/// The branches of `anyOf` or `oneOf`.
#[derive(Debug)]
pub(super) struct Alternatives {
    pub branches: Box<[usize]>,
    /// Those that a value may fit, by what its first character says of its type.
    pub by_kind: [Box<[usize]>; KINDS],
    /// The member that tells which branch an object is meant for.
    pub tag: Option<Tag>,
}

/// A member that every branch requires and of which each has other values.
#[derive(Debug)]
pub(super) struct Tag {
    pub name: Box<str>,
    /// Values and branches, sorted.
    pub values: Box<[(Box<str>, usize)]>,
}

/// How many kinds of values their first characters tell apart.
pub(super) const KINDS: usize = 6;

/// What the first character of a value says of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub const ALL: [Self; KINDS] =
        [Self::Null, Self::Boolean, Self::Number, Self::String, Self::Array, Self::Object];

    /// `None` for a character that begins no value.
    pub const fn of(first: u8) -> Option<Self> {
        Some(match first {
            b'n' => Self::Null,
            b't' | b'f' => Self::Boolean,
            b'-' | b'0'..=b'9' => Self::Number,
            b'"' => Self::String,
            b'[' => Self::Array,
            b'{' => Self::Object,
            _ => return None,
        })
    }

    /// The types that values of this kind may be of.
    pub const fn types(self) -> u8 {
        match self {
            Self::Null => types::NULL,
            Self::Boolean => types::BOOLEAN,
            Self::Number => types::NUMBER,
            Self::String => types::STRING,
            Self::Array => types::ARRAY,
            Self::Object => types::OBJECT,
        }
    }
}

impl Slot {
    pub const fn of(node: usize) -> Self {
        Self { node, plain: 0 }
    }
}

impl Rules {
    pub const fn new() -> Self {
        Self {
            types: types::ALL,
            any_string: false,
            allowed: None,
            number: None,
            string: None,
            array: None,
            object: None,
        }
    }

    /// Whether everything fits.
    pub const fn is_empty(&self) -> bool {
        self.types == types::ALL
            && self.allowed.is_none()
            && self.number.is_none()
            && self.string.is_none()
            && self.array.is_none()
            && self.object.is_none()
    }
}

impl Allowed {
    /// The types that the values are of.
    pub fn types(&self) -> u8 {
        let mut found = 0;
        for (has, types) in [
            (self.null, types::NULL),
            (self.yes || self.no, types::BOOLEAN),
            (!self.numbers.is_empty(), types::NUMBER),
            (!self.strings.is_empty(), types::STRING),
        ] {
            found |= if has { types } else { 0 };
        }
        found
    }

    pub fn has_string(&self, string: &str) -> bool {
        if self.strings.len() > 8 {
            return self.strings.binary_search_by(|allowed| (**allowed).cmp(string)).is_ok();
        }
        self.strings.iter().any(|allowed| **allowed == *string)
    }
}

impl NumberRules {
    pub const fn new() -> Self {
        Self {
            minimum: f64::NEG_INFINITY,
            maximum: f64::INFINITY,
            above: f64::NEG_INFINITY,
            below: f64::INFINITY,
            multiple_of: None,
        }
    }
}

impl Member {
    /// Whether a text begins with its key.
    #[inline]
    pub fn begins(&self, text: &[u8]) -> bool {
        match text.first_chunk() {
            Some(first) if self.mask != 0 => u128::from_le_bytes(*first) & self.mask == self.word,
            _ => text.starts_with(&self.key),
        }
    }
}

/// How many members are looked through one by one for a name.
const FEW: usize = 8;

impl ObjectRules {
    /// The index of the member with this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        if self.members.len() <= FEW {
            return self.members.iter().position(|member| *member.name == *name);
        }
        let found = self.by_name.binary_search_by(|&index| (*self.members[index].name).cmp(name));
        found.ok().and_then(|place| self.by_name.get(place).copied())
    }
}
