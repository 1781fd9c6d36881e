//! Shapes as values: what their structs say is the only place where their fields are spelled.

use core::fmt::{self, Display};

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{Map, Value, object};

/// A shape as it is written.
pub fn json<T: Serialize + ?Sized>(shape: &T) -> Value {
    match shape.serialize(Writer) {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// What no shape runs into, so that no code for it is made.
#[derive(Debug)]
enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl core::error::Error for Never {}

impl Error for Never {
    fn custom<T: Display>(message: T) -> Self {
        unreachable!("no shape refuses to be written: {message}")
    }
}

type Written<T = Value> = Result<T, Never>;

struct Writer;

/// Items on the way into a list.
#[derive(Default)]
struct Items(Vec<Value>);

/// Members on the way into an object, and the name that waits for its value.
#[derive(Default)]
struct Object {
    map: Map,
    name: String,
}

/// What is named by a variant, on its way.
struct Variant<T>(&'static str, T);

macro_rules! numbers {
    ($($method:ident $number:ty)*) => {
        $(fn $method(self, number: $number) -> Written {
            Ok(f64::from(number).into())
        })*
    };
}

impl Serializer for Writer {
    type Ok = Value;
    type Error = Never;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Variant<Vec<Value>>;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Variant<Map>;

    numbers! {
        serialize_i8 i8 serialize_i16 i16 serialize_i32 i32 serialize_u8 u8 serialize_u16 u16 serialize_u32 u32 serialize_f32 f32
        serialize_f64 f64
    }

    fn serialize_i64(self, number: i64) -> Written {
        Ok(number.into())
    }

    fn serialize_u64(self, number: u64) -> Written {
        Ok(number.into())
    }

    fn serialize_bool(self, flag: bool) -> Written {
        Ok(flag.into())
    }

    fn serialize_char(self, c: char) -> Written {
        Ok(c.to_string().into())
    }

    fn serialize_str(self, text: &str) -> Written {
        Ok(text.into())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Written {
        Ok(bytes.iter().map(|byte| u32::from(*byte)).collect())
    }

    fn serialize_none(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, shape: &T) -> Written {
        shape.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Written {
        Ok(word.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        shape: &T,
    ) -> Written {
        shape.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        shape: &T,
    ) -> Written {
        Ok(object(&mut [(word, json(shape))]))
    }

    fn serialize_seq(self, _: Option<usize>) -> Written<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Written<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Written<Items> {
        Ok(Items::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        _: usize,
    ) -> Written<Variant<Vec<Value>>> {
        Ok(Variant(word, Vec::new()))
    }

    fn serialize_map(self, _: Option<usize>) -> Written<Object> {
        Ok(Object::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Written<Object> {
        Ok(Object::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        word: &'static str,
        _: usize,
    ) -> Written<Variant<Map>> {
        Ok(Variant(word, Map::new()))
    }
}

macro_rules! lists {
    ($($kind:ident $method:ident)*) => {
        $(impl $kind for Items {
            type Ok = Value;
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Written<()> {
                self.0.push(json(item));
                Ok(())
            }

            fn end(self) -> Written {
                Ok(Value::Array(self.0))
            }
        })*
    };
}
lists! { SerializeSeq serialize_element SerializeTuple serialize_element SerializeTupleStruct serialize_field }

impl SerializeStruct for Object {
    type Ok = Value;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Written<()> {
        self.map.insert(name.to_owned(), json(value));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(self.map.into())
    }
}

impl SerializeMap for Object {
    type Ok = Value;
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Written<()> {
        self.name = json(name).as_str().unwrap_or_default().to_owned();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written<()> {
        self.map.insert(core::mem::take(&mut self.name), json(value));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(self.map.into())
    }
}

impl SerializeTupleVariant for Variant<Vec<Value>> {
    type Ok = Value;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, item: &T) -> Written<()> {
        self.1.push(json(item));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(object(&mut [(self.0, Value::Array(self.1))]))
    }
}

impl SerializeStructVariant for Variant<Map> {
    type Ok = Value;
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Written<()> {
        self.1.insert(name.to_owned(), json(value));
        Ok(())
    }

    fn end(self) -> Written {
        Ok(object(&mut [(self.0, self.1.into())]))
    }
}

/// A value within a shape.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(flag) => to.serialize_bool(*flag),
            Self::Number(number) => match self.as_i64() {
                Some(whole) => to.serialize_i64(whole),
                None => to.serialize_f64(*number),
            },
            Self::String(text) => to.serialize_str(text),
            Self::Array(items) => to.collect_seq(items),
            Self::Object(map) => map.serialize(to),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter().map(|(name, value)| (name, value)))
    }
}
