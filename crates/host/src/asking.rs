//! A [`Caller`] that is asked in JSON.

use prepair_core::base::json::{Value, json, object};
use prepair_core::base::named::Named;
use prepair_core::bridge::{Answered, answered, text};
use prepair_core::error::{Error, Result};
use prepair_core::inputs::{Inputs, Rows};
use prepair_core::steps::Statement;
use prepair_core::wants::Query;

use crate::caller::Caller;

/// A caller that is asked by one function: what, and a JSON text; it answers with another one, `{ error }` where it refuses.
pub struct Asking<F>(pub F);

impl<F: FnMut(&str, &str) -> Result<String>> Asking<F> {
    fn ask(&mut self, what: &str, fields: &mut [(&str, Value)]) -> Result<Answered> {
        answered(&(self.0)(what, &text(&object(fields)))?)
    }
}

impl<F: FnMut(&str, &str) -> Result<String>> Caller for Asking<F> {
    fn read(&mut self, queries: &[Query], mends: bool) -> Result<Named<Rows>> {
        self.ask("read", &mut [("queries", json(queries)), ("mends", mends.into())])?.rows()
    }

    fn begin(&mut self, db: &str) -> Result<()> {
        self.ask("begin", &mut [("db", db.into())]).map(drop)
    }

    fn query(&mut self, queries: &[Query]) -> Result<Named<Rows>> {
        self.ask("query", &mut [("queries", json(queries))])?.rows()
    }

    fn run(&mut self, statements: &[Statement]) -> Result<()> {
        self.ask("run", &mut [("statements", json(statements))]).map(drop)
    }

    fn commit(&mut self) -> Result<()> {
        self.ask("commit", &mut []).map(drop)
    }

    fn rollback(&mut self) {
        // What made it necessary is told; SQLite undoes by itself what is left when the database closes.
        let _ = self.ask("rollback", &mut []);
    }

    fn gateway(&mut self, bases: &[String], inputs: &mut Inputs<'_>) -> Result<bool> {
        self.ask("gateway", &mut [("bases", bases.into())])?.gateway(inputs)
    }

    fn explained(&mut self, error: Error) -> Error {
        // It answers with the refusal itself.
        let told = self.ask("explained", &mut [("error", json(&error))]).err();
        told.filter(|told| told.code == error.code).unwrap_or(error)
    }

    fn waiting(&mut self, holder: Option<u32>, ms: u64) -> Result<()> {
        self.ask("waiting", &mut [("holder", holder.into()), ("ms", ms.into())]).map(drop)
    }
}
