//! Reads a value into an array, as long as it is a number or a list of them.

use serde::Serialize;
use serde::ser::{self, Impossible};

use super::{Grid, Irregular, irregular};

/// An entry of an array that lies so many lists deep.
pub struct Cell<'a> {
    pub grid: &'a mut Grid,
    pub depth: usize,
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
