//! A result of the library as a tree that becomes Python objects: records as dictionaries, lists of numbers as arrays.
//!
//! Whatever the library can write as JSON can be read here, so results have the same keys in both. Nested lists of numbers of
//! equal length become one array of as many dimensions, filled once; NumPy takes over its memory.

macro_rules! whole_numbers {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, value: $type) -> Result<Self::Ok, Irregular> {
            self.whole(value.try_into().map_err(|_| Irregular(format!("{value} is too large")))?)
        })*
    };
}

macro_rules! lists {
    ($kind:ty) => {
        fn serialize_tuple(self, length: usize) -> Result<$kind, Irregular> {
            self.serialize_seq(Some(length))
        }
        fn serialize_tuple_struct(
            self,
            _: &'static str,
            length: usize,
        ) -> Result<$kind, Irregular> {
            self.serialize_seq(Some(length))
        }
    };
}

macro_rules! list_of {
    ($trait:ident, $method:ident, $reader:ty, $ok:ty) => {
        impl ser::$trait for $reader {
            type Ok = $ok;
            type Error = Irregular;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Irregular> {
                self.push(value)
            }
            fn end(self) -> Result<$ok, Irregular> {
                self.end_list()
            }
        }
    };
}

mod cell;
mod reader;

use std::fmt;

use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{Element, IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;
use serde::ser;

use reader::Reader;

/// A value of a result.
#[derive(Debug, PartialEq)]
pub enum Node {
    Nothing,
    Truth(bool),
    Whole(i64),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Grid(Grid),
}

/// Numbers of any number of dimensions, the last one running fastest.
#[derive(Debug, Default, PartialEq)]
pub struct Grid {
    numbers: Vec<f64>,
    /// Kept beside while all of them are whole.
    whole: bool,
    /// Lengths from the outermost dimension inwards; of the innermost ones as soon as they are known.
    shape: Vec<usize>,
    /// Dimensions, once the first number was met.
    depth: Option<usize>,
}

/// Why a value is no regular array of numbers.
#[derive(Debug)]
pub struct Irregular(String);

impl fmt::Display for Irregular {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Irregular {}

impl ser::Error for Irregular {
    fn custom<T: fmt::Display>(words: T) -> Self {
        Self(words.to_string())
    }
}

fn irregular<T>() -> Result<T, Irregular> {
    Err(Irregular("not a regular array of numbers".to_owned()))
}

impl Node {
    /// Reads whatever the library can write.
    ///
    /// # Errors
    /// Those of its own serialiser.
    pub fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, Irregular> {
        value.serialize(Reader)
    }

    /// As Python objects; arrays are read-only.
    pub fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        Ok(match self {
            Self::Nothing => py.None().into_bound(py),
            Self::Truth(value) => value.into_pyobject(py)?.to_owned().into_any(),
            Self::Whole(value) => value.into_pyobject(py)?.into_any(),
            Self::Number(value) => value.into_pyobject(py)?.into_any(),
            Self::Text(value) => value.into_pyobject(py)?.into_any(),
            Self::List(nodes) => {
                let list = PyList::empty(py);
                for node in nodes {
                    list.append(node.into_python(py)?)?;
                }
                list.into_any()
            }
            Self::Map(entries) => {
                let map = PyDict::new(py);
                for (key, node) in entries {
                    map.set_item(key, node.into_python(py)?)?;
                }
                map.into_any()
            }
            Self::Grid(grid) if grid.whole => {
                // whole numbers below 2^53 went through exactly
                let whole = grid.numbers.iter().map(|x| *x as i64).collect();
                array(py, whole, grid.shape)?
            }
            Self::Grid(grid) => array(py, grid.numbers, grid.shape)?,
        })
    }
}

fn array<T: Element>(
    py: Python<'_>,
    numbers: Vec<T>,
    shape: Vec<usize>,
) -> PyResult<Bound<'_, PyAny>> {
    let array = ArrayD::from_shape_vec(IxDyn(&shape), numbers)
        .map_err(|error| pyo3::exceptions::PySystemError::new_err(error.to_string()))?;
    let array = array.into_pyarray(py);
    drop(array.readwrite().make_nonwriteable());
    Ok(array.into_any())
}

impl Grid {
    /// One number at a depth.
    fn push(&mut self, depth: usize, number: f64, whole: bool) -> Result<(), Irregular> {
        if *self.depth.get_or_insert(depth) != depth {
            return irregular();
        }
        let first = self.numbers.is_empty();
        self.whole = whole && (first || self.whole);
        self.numbers.push(number);
        Ok(())
    }

    /// A list at a depth has ended.
    fn close(&mut self, depth: usize, count: usize) -> Result<(), Irregular> {
        if self.shape.len() <= depth {
            self.shape.resize(depth + 1, usize::MAX);
        }
        match self.shape[depth] {
            usize::MAX => self.shape[depth] = count,
            known if known != count => return irregular(),
            _ => {}
        }
        Ok(())
    }

    /// The entries of the outermost list, one by one.
    fn split(self, count: usize) -> Vec<Node> {
        if count == 0 {
            return Vec::new();
        }
        let shape = self.shape.get(1..).unwrap_or_default().to_vec();
        let width: usize = shape.iter().product();
        let part = |i: usize| {
            let numbers = &self.numbers[i * width..(i + 1) * width];
            match (self.depth, numbers) {
                (Some(1), [number]) if self.whole => Node::Whole(*number as i64),
                (Some(1), [number]) => Node::Number(*number),
                _ => Node::Grid(Self {
                    numbers: numbers.to_vec(),
                    whole: self.whole,
                    shape: shape.clone(),
                    depth: self.depth.map(|depth| depth - 1),
                }),
            }
        };
        (0..count).map(part).collect()
    }
}
