//! A result of the library as a tree that becomes Python objects: records as dictionaries, lists of numbers as arrays.
//!
//! Whatever the library can write as JSON can be read here, so results have the same keys in both. Nested lists of numbers of
//! equal length become one array of as many dimensions, filled once; NumPy takes over its memory.

use std::fmt;

use numpy::ndarray::{ArrayD, IxDyn};
use numpy::{Element, IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde::Serialize;
use serde::ser::{self, Impossible};

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

/// Reads any value.
struct Reader;

/// A list: an array as long as its entries allow, else nodes.
#[derive(Default)]
pub struct ListReader {
    grid: Option<Grid>,
    nodes: Vec<Node>,
    count: usize,
}

impl ListReader {
    fn new() -> Self {
        Self {
            grid: Some(Grid::default()),
            ..Self::default()
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Irregular> {
        if let Some(grid) = &mut self.grid {
            let before = grid.numbers.len();
            if value.serialize(Cell { grid, depth: 1 }).is_ok() {
                self.count += 1;
                return Ok(());
            }
            grid.numbers.truncate(before);
        }
        if let Some(grid) = self.grid.take() {
            self.nodes = grid.split(self.count);
        }
        self.nodes.push(value.serialize(Reader)?);
        Ok(())
    }

    fn finish(self) -> Node {
        let Some(mut grid) = self.grid else {
            return Node::List(self.nodes);
        };
        match grid.close(0, self.count) {
            // lists of nothing have no shape to tell
            Ok(()) if grid.shape.iter().all(|length| *length != usize::MAX) => Node::Grid(grid),
            _ => Node::Grid(Grid {
                shape: vec![self.count],
                ..Grid::default()
            }),
        }
    }
}

/// A map: keys and values.
#[derive(Default)]
pub struct MapReader {
    entries: Vec<(String, Node)>,
    key: String,
}

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

impl Reader {
    fn whole(self, value: i64) -> Result<Node, Irregular> {
        Ok(Node::Whole(value))
    }
}

impl ser::Serializer for Reader {
    type Ok = Node;
    type Error = Irregular;
    type SerializeSeq = ListReader;
    type SerializeTuple = ListReader;
    type SerializeTupleStruct = ListReader;
    type SerializeTupleVariant = Impossible<Node, Irregular>;
    type SerializeMap = MapReader;
    type SerializeStruct = MapReader;
    type SerializeStructVariant = Impossible<Node, Irregular>;

    whole_numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    lists!(ListReader);

    fn serialize_bool(self, value: bool) -> Result<Node, Irregular> {
        Ok(Node::Truth(value))
    }
    fn serialize_f32(self, value: f32) -> Result<Node, Irregular> {
        Ok(Node::Number(value.into()))
    }
    fn serialize_f64(self, value: f64) -> Result<Node, Irregular> {
        Ok(Node::Number(value))
    }
    fn serialize_char(self, value: char) -> Result<Node, Irregular> {
        Ok(Node::Text(value.into()))
    }
    fn serialize_str(self, value: &str) -> Result<Node, Irregular> {
        Ok(Node::Text(value.to_owned()))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Node, Irregular> {
        irregular()
    }
    fn serialize_none(self) -> Result<Node, Irregular> {
        Ok(Node::Nothing)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Irregular> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Node, Irregular> {
        Ok(Node::Nothing)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Irregular> {
        Ok(Node::Nothing)
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<Node, Irregular> {
        Ok(Node::Text(name.to_owned()))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Node, Irregular> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Node, Irregular> {
        Ok(Node::Map(vec![(name.to_owned(), value.serialize(Self)?)]))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<ListReader, Irregular> {
        Ok(ListReader::new())
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Irregular> {
        irregular()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<MapReader, Irregular> {
        Ok(MapReader::default())
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<MapReader, Irregular> {
        Ok(MapReader::default())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Irregular> {
        irregular()
    }
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

impl ListReader {
    fn end_list(self) -> Result<Node, Irregular> {
        Ok(self.finish())
    }
}

list_of!(SerializeSeq, serialize_element, ListReader, Node);
list_of!(SerializeTuple, serialize_element, ListReader, Node);
list_of!(SerializeTupleStruct, serialize_field, ListReader, Node);

impl ser::SerializeMap for MapReader {
    type Ok = Node;
    type Error = Irregular;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Irregular> {
        match key.serialize(Reader)? {
            Node::Text(key) => {
                self.key = key;
                Ok(())
            }
            other => Err(Irregular(format!("{other:?} is no key"))),
        }
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Irregular> {
        let key = std::mem::take(&mut self.key);
        self.entries.push((key, value.serialize(Reader)?));
        Ok(())
    }
    fn end(self) -> Result<Node, Irregular> {
        Ok(Node::Map(self.entries))
    }
}

impl ser::SerializeStruct for MapReader {
    type Ok = Node;
    type Error = Irregular;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), Irregular> {
        self.entries
            .push((key.to_owned(), value.serialize(Reader)?));
        Ok(())
    }
    fn end(self) -> Result<Node, Irregular> {
        Ok(Node::Map(self.entries))
    }
}

/// An entry of an array that lies so many lists deep.
struct Cell<'a> {
    grid: &'a mut Grid,
    depth: usize,
}

/// A list inside an array.
pub struct RowReader<'a> {
    grid: &'a mut Grid,
    depth: usize,
    count: usize,
}

impl RowReader<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Irregular> {
        self.count += 1;
        value.serialize(Cell {
            grid: self.grid,
            depth: self.depth + 1,
        })
    }

    fn end_list(self) -> Result<(), Irregular> {
        self.grid.close(self.depth, self.count)
    }
}

list_of!(SerializeSeq, serialize_element, RowReader<'_>, ());
list_of!(SerializeTuple, serialize_element, RowReader<'_>, ());
list_of!(SerializeTupleStruct, serialize_field, RowReader<'_>, ());

impl Cell<'_> {
    fn whole(self, value: i64) -> Result<(), Irregular> {
        self.grid.push(self.depth, value as f64, true)
    }
}

impl<'a> ser::Serializer for Cell<'a> {
    type Ok = ();
    type Error = Irregular;
    type SerializeSeq = RowReader<'a>;
    type SerializeTuple = RowReader<'a>;
    type SerializeTupleStruct = RowReader<'a>;
    type SerializeTupleVariant = Impossible<(), Irregular>;
    type SerializeMap = Impossible<(), Irregular>;
    type SerializeStruct = Impossible<(), Irregular>;
    type SerializeStructVariant = Impossible<(), Irregular>;

    whole_numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    lists!(RowReader<'a>);

    fn serialize_f32(self, value: f32) -> Result<(), Irregular> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), Irregular> {
        self.grid.push(self.depth, value, false)
    }
    /// A number that is missing among numbers is not a number.
    fn serialize_none(self) -> Result<(), Irregular> {
        self.serialize_f64(f64::NAN)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Irregular> {
        value.serialize(self)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Irregular> {
        value.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<RowReader<'a>, Irregular> {
        Ok(RowReader {
            grid: self.grid,
            depth: self.depth,
            count: 0,
        })
    }
    fn serialize_bool(self, _: bool) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_char(self, _: char) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_str(self, _: &str) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_unit(self) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
    ) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Irregular> {
        irregular()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Irregular> {
        irregular()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Irregular> {
        irregular()
    }
    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, Irregular> {
        irregular()
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Irregular> {
        irregular()
    }
}
