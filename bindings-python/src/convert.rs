//! JSON text ⇄ Python objects of the natural types. The only place where either becomes the other.

use std::cell::Cell;
use std::fmt;

use oxmcp_core::json::write_string;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PySet, PyString, PyTuple};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// How deep a Python value may nest before we call it circular or hopeless.
const MAX_DEPTH: usize = 200;

/// Parses JSON text into `None`, `bool`, `int`, `float`, `str`, `list` and `dict`.
///
/// Integers are exact whatever their size. The reader takes those beyond 64 bits, and `-0`, for floats: a text with a float that
/// may have been one is read once more, by Python's own reader.
pub fn to_python<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let inexact = Cell::new(false);
    let value = Value { py, inexact: &inexact }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| PyValueError::new_err(format!("this is not JSON: {error}")))?;
    if inexact.get() {
        return py.import(intern!(py, "json"))?.call_method1(intern!(py, "loads"), (text,));
    }
    Ok(value)
}

/// Whether a float may be what became of an integer.
fn may_be_an_integer(value: f64) -> bool {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    value.abs() >= TWO_TO_63 || value == 0.0 && value.is_sign_negative()
}

#[derive(Clone, Copy)]
struct Value<'a, 'py> {
    py: Python<'py>,
    /// Set when a number may not be what the text says.
    inexact: &'a Cell<bool>,
}

impl<'de, 'py> DeserializeSeed<'de> for Value<'_, 'py> {
    type Value = Bound<'py, PyAny>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'py> Visitor<'de> for Value<'_, 'py> {
    type Value = Bound<'py, PyAny>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(self.py.None().into_bound(self.py))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(PyBool::new(self.py, value).to_owned().into_any())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(PyInt::new(self.py, value).into_any())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        if may_be_an_integer(value) {
            self.inexact.set(true);
        }
        Ok(PyFloat::new(self.py, value).into_any())
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(PyString::new(self.py, value).into_any())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let list = PyList::empty(self.py);
        while let Some(item) = items.next_element_seed(self)? {
            list.append(item).map_err(A::Error::custom)?;
        }
        Ok(list.into_any())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let dict = PyDict::new(self.py);
        while let Some(key) = members.next_key_seed(Key(self.py))? {
            let value = members.next_value_seed(self)?;
            dict.set_item(key, value).map_err(A::Error::custom)?;
        }
        Ok(dict.into_any())
    }
}

struct Key<'py>(Python<'py>);

impl<'de, 'py> DeserializeSeed<'de> for Key<'py> {
    type Value = Bound<'py, PyString>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'py> Visitor<'_> for Key<'py> {
    type Value = Bound<'py, PyString>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        // Short names repeat from call to call; interning them makes looking them up in `**kwargs` a pointer comparison.
        Ok(if value.len() <= 32 { PyString::intern(self.0, value) } else { PyString::new(self.0, value) })
    }
}

/// Writes a Python value as compact JSON.
///
/// `default` is asked for a stand-in for values of other types. Errors name the place, such as `result.items[3].when`.
pub fn to_json(
    value: &Bound<'_, PyAny>,
    default: Option<&Bound<'_, PyAny>>,
    sort_keys: bool,
) -> PyResult<String> {
    let mut writer = Writer { out: String::with_capacity(64), default, sort_keys };
    match writer.value(value, 0) {
        Ok(()) => Ok(writer.out),
        Err(Problem { path, error, raised: Some(raised) }) if error.is_empty() && path.is_empty() => {
            Err(raised)
        }
        Err(problem) => Err(problem.into_error(value.py())),
    }
}

/// What stopped the writer, and where; the path grows as the error climbs.
struct Problem {
    path: Vec<String>,
    error: String,
    raised: Option<PyErr>,
}

impl Problem {
    fn new(error: impl Into<String>) -> Self {
        Self { path: Vec::new(), error: error.into(), raised: None }
    }

    fn raised(error: PyErr) -> Self {
        Self { path: Vec::new(), error: String::new(), raised: Some(error) }
    }

    fn under(mut self, step: String) -> Self {
        self.path.push(step);
        self
    }

    fn into_error(self, py: Python<'_>) -> PyErr {
        let mut place = String::from("result");
        for step in self.path.iter().rev() {
            place.push_str(step);
        }
        match self.raised {
            Some(raised) => {
                let error = PyTypeError::new_err(format!("{place}: {}", raised.value(py)));
                error.set_cause(py, Some(raised));
                error
            }
            None => PyTypeError::new_err(format!("{place}: {}", self.error)),
        }
    }
}

struct Writer<'a, 'py> {
    out: String,
    default: Option<&'a Bound<'py, PyAny>>,
    sort_keys: bool,
}

impl<'py> Writer<'_, 'py> {
    fn value(&mut self, value: &Bound<'py, PyAny>, depth: usize) -> Result<(), Problem> {
        if depth > MAX_DEPTH {
            return Err(Problem::new(format!("nested deeper than {MAX_DEPTH} levels, or contains itself")));
        }
        if let Ok(text) = value.cast_exact::<PyString>() {
            self.string(text)
        } else if value.is_none() {
            self.out.push_str("null");
            Ok(())
        } else if let Ok(flag) = value.cast_exact::<PyBool>() {
            self.out.push_str(if flag.is_true() { "true" } else { "false" });
            Ok(())
        } else if value.is_exact_instance_of::<PyInt>() {
            self.integer(value)
        } else if let Ok(number) = value.cast_exact::<PyFloat>() {
            self.float(number.value())
        } else if let Ok(dict) = value.cast_exact::<PyDict>() {
            self.dict(dict, depth)
        } else if let Ok(list) = value.cast_exact::<PyList>() {
            self.sequence(list.iter(), depth)
        } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
            self.sequence(tuple.iter(), depth)
        } else {
            self.other(value, depth)
        }
    }

    /// A value of another type: the hook first, so that it sees subclasses (an enum that is a `str`), then the base type.
    fn other(&mut self, value: &Bound<'py, PyAny>, depth: usize) -> Result<(), Problem> {
        if let Some(default) = self.default {
            let stand_in = default.call1((value,)).map_err(Problem::raised)?;
            if !stand_in.is(value) {
                return self.value(&stand_in, depth + 1);
            }
        }
        if let Ok(text) = value.cast::<PyString>() {
            self.string(text)
        } else if value.is_instance_of::<PyInt>() {
            self.integer(value)
        } else if let Ok(number) = value.cast::<PyFloat>() {
            self.float(number.value())
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.dict(dict, depth)
        } else if let Ok(list) = value.cast::<PyList>() {
            self.sequence(list.iter(), depth)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.sequence(tuple.iter(), depth)
        } else {
            let name = value.get_type().name().map_or_else(|_| "a value".to_owned(), |name| name.to_string());
            Err(Problem::new(format!("{name} is not JSON")))
        }
    }

    fn string(&mut self, text: &Bound<'py, PyString>) -> Result<(), Problem> {
        let text = text.to_str().map_err(|_| Problem::new("the text contains a lone surrogate"))?;
        write_string(&mut self.out, text);
        Ok(())
    }

    fn integer(&mut self, value: &Bound<'py, PyAny>) -> Result<(), Problem> {
        use fmt::Write as _;
        if let Ok(small) = value.extract::<i64>() {
            // Writing into a String cannot fail.
            let _ = write!(self.out, "{small}");
        } else {
            let digits = value
                .cast::<PyInt>()
                .map_err(|error| Problem::new(error.to_string()))
                .and_then(|integer| integer.call_method1("__format__", ("d",)).map_err(Problem::raised))?;
            self.out.push_str(&digits.to_string());
        }
        Ok(())
    }

    fn float(&mut self, value: f64) -> Result<(), Problem> {
        if !value.is_finite() {
            let name = if value.is_nan() { "NaN" } else { "an infinite number" };
            return Err(Problem::new(format!("{name} is not JSON")));
        }
        match serde_json::to_string(&value) {
            Ok(text) => self.out.push_str(&text),
            Err(error) => return Err(Problem::new(error.to_string())),
        }
        Ok(())
    }

    fn sequence(
        &mut self,
        items: impl Iterator<Item = Bound<'py, PyAny>>,
        depth: usize,
    ) -> Result<(), Problem> {
        self.out.push('[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.value(&item, depth + 1).map_err(|problem| problem.under(format!("[{index}]")))?;
        }
        self.out.push(']');
        Ok(())
    }

    fn dict(&mut self, dict: &Bound<'py, PyDict>, depth: usize) -> Result<(), Problem> {
        self.out.push('{');
        if self.sort_keys {
            let items = dict.items();
            items.sort().map_err(Problem::raised)?;
            for (index, item) in items.iter().enumerate() {
                let (key, value) = item.extract().map_err(Problem::raised)?;
                self.member(index, &key, &value, depth)?;
            }
        } else {
            for (index, (key, value)) in dict.iter().enumerate() {
                self.member(index, &key, &value, depth)?;
            }
        }
        self.out.push('}');
        Ok(())
    }

    fn member(
        &mut self,
        index: usize,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
        depth: usize,
    ) -> Result<(), Problem> {
        if index > 0 {
            self.out.push(',');
        }
        let Ok(name) = key.cast::<PyString>() else {
            let kind = key.get_type().name().map_or_else(|_| "other".to_owned(), |name| name.to_string());
            return Err(Problem::new(format!("a key is of type {kind}; JSON keys are strings")));
        };
        self.string(name)?;
        self.out.push(':');
        self.value(value, depth + 1).map_err(|problem| problem.under(format!(".{name}")))
    }
}

/// The text that a `str` is, or `bytes` are in UTF-8.
pub fn utf8<'a>(text: &'a Bound<'_, PyAny>) -> PyResult<&'a str> {
    match text.cast::<PyBytes>() {
        Ok(bytes) => {
            std::str::from_utf8(bytes.as_bytes()).map_err(|error| PyValueError::new_err(error.to_string()))
        }
        Err(_) => text.cast::<PyString>()?.to_str(),
    }
}

/// Parses JSON text into Python's natural types.
#[pyfunction]
pub fn loads<'py>(text: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    to_python(text.py(), utf8(text)?)
}

/// Whether NaN or Infinity may have been written in a text, or `null` in their place.
#[pyfunction]
pub fn may_lack_numbers(text: &[u8]) -> bool {
    use memchr::memmem::find;
    find(text, b"null").is_some() || find(text, b"NaN").is_some() || find(text, b"Infinity").is_some()
}

/// Whether NaN or Infinity is somewhere in nested dicts, lists, tuples and sets; said as well of what is nested too deeply to look.
#[pyfunction]
pub fn may_be_nonfinite(value: &Bound<'_, PyAny>) -> bool {
    nonfinite(value, 0)
}

fn nonfinite(value: &Bound<'_, PyAny>, depth: usize) -> bool {
    let below = |item: &Bound<'_, PyAny>| nonfinite(item, depth + 1);
    if let Ok(number) = value.cast::<PyFloat>() {
        !number.value().is_finite()
    } else if depth > MAX_DEPTH {
        true
    } else if let Ok(dict) = value.cast::<PyDict>() {
        dict.iter().any(|(_, item)| below(&item))
    } else if let Ok(list) = value.cast::<PyList>() {
        list.iter().any(|item| below(&item))
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        tuple.iter().any(|item| below(&item))
    } else if let Ok(set) = value.cast::<PySet>() {
        set.iter().any(|item| below(&item))
    } else if let Ok(set) = value.cast::<PyFrozenSet>() {
        set.iter().any(|item| below(&item))
    } else {
        false
    }
}

/// Writes a Python value as compact JSON.
#[pyfunction]
#[pyo3(signature = (value, default=None, *, sort_keys=false))]
pub fn dumps(
    value: &Bound<'_, PyAny>,
    default: Option<&Bound<'_, PyAny>>,
    sort_keys: bool,
) -> PyResult<String> {
    to_json(value, default.filter(|default| !default.is_none()), sort_keys)
}
