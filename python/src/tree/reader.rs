//! Reads any value of a result.

use serde::Serialize;
use serde::ser::{self, Impossible};

use super::cell::Cell;
use super::{Grid, Irregular, Node, irregular};

/// Reads any value.
pub struct Reader;

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
