//! What is still to be read, what is to be done and what is refused, from the core to wit/.

use prepair_core::base::json::Value;
use prepair_core::base::json5;
use prepair_core::base::json5::Splice;
use prepair_core::codes::{ErrorCode, NoticeCode};
use prepair_core::error::{Error, Fields, Place};
use prepair_core::report::Notice;
use prepair_core::steps::{FileStep, Plan, Sql, Statement, Step};
use prepair_core::wants::{Missing, Query, Stop};

use crate::to::{To, record};
use crate::wit::openclaw::prepair::types as wit;

record! {
    Missing => wit::Needs { files, optional, queries, stats, bases }
    Query => wit::Query { id, db, sql, params }
    Plan => wit::Planned { bases, steps, report }
    Sql => wit::SqlStep { db, statements }
    Splice => wit::Splice { at, remove, insert }
    Statement => wit::Statement { sql, params, changes }
    Place => wit::Place { path, line, column }
    wit::Place => Place { path, line, column }
}

impl To<wit::Step> for Step {
    fn to(self) -> wit::Step {
        match self {
            Self::File(FileStep::Write { path, mut content, mode, expect, keep_mode, splices }) => {
                let content = std::mem::take(&mut *content);
                let splices = splices.to();
                wit::Step::Write(wit::WriteStep { path, content, mode, keep_mode, expect, splices })
            }
            Self::File(FileStep::Remove { path, expect }) => {
                wit::Step::Remove(wit::RemoveStep { path, expect })
            }
            Self::Sql(sql) => wit::Step::Sql(sql.to()),
        }
    }
}

impl To<wit::SqlValue> for Value {
    fn to(self) -> wit::SqlValue {
        match self {
            Self::Null => wit::SqlValue::Null,
            Self::Bool(flag) => wit::SqlValue::Integer(flag.into()),
            Self::Number(number) => match self.as_i64() {
                Some(number) => wit::SqlValue::Integer(number),
                None => wit::SqlValue::Real(number),
            },
            Self::String(text) => wit::SqlValue::Text(text),
            // Columns take JSON as text.
            json => wit::SqlValue::Text(json5::line(&json)),
        }
    }
}

impl To<String> for ErrorCode {
    fn to(self) -> String {
        self.to_string()
    }
}

impl To<String> for NoticeCode {
    fn to(self) -> String {
        self.to_string()
    }
}

/// Of what a host of the component could not read.
impl To<ErrorCode> for String {
    fn to(self) -> ErrorCode {
        ErrorCode::of_failure(&self)
    }
}

/// The parts of a place stand beside it.
impl To<wit::Error> for Fields {
    fn to(self) -> wit::Error {
        let Self { code, message, place, hint } = self;
        let place: Option<wit::Place> = place.to();
        let (path, line, column) = match &place {
            Some(place) => (Some(place.path.clone()), place.line, place.column),
            None => (None, None, None),
        };
        wit::Error { code: code.to(), message, path, line, column, place, hint }
    }
}

impl To<Fields> for wit::Error {
    fn to(self) -> Fields {
        let Self { code, message, path, line, column, place, hint } = self;
        let place = place.or(path.map(|path| wit::Place { path, line, column }));
        Fields { code: code.to(), message, place: place.to(), hint }
    }
}

impl To<wit::Notice> for Notice {
    fn to(self) -> wit::Notice {
        let Self { code, message, hint, place } = self;
        let path = place.as_ref().map(|place| place.path.clone());
        wit::Notice { code: code.to(), message, hint, path, place: place.to() }
    }
}

/// What `?` makes of them.
impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        error.into_fields().to()
    }
}

impl From<Error> for wit::Stop {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Stop> for wit::Stop {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Missing(missing) => Self::Missing((*missing).to()),
            Stop::Refused(error) => error.into(),
        }
    }
}
