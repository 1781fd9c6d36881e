//! A [`Caller`] that is asked in JSON.

use prepair_core::base::named::Named;
use prepair_core::bridge::{Answered, answered, text};
use prepair_core::error::{Error, Result};
use prepair_core::inputs::{Inputs, Rows};
use prepair_core::steps::Statement;
use prepair_core::wants::Query;
use serde_json::{Value, json};

use crate::caller::Caller;

/// A caller that is asked by one function: what, and a JSON text; it answers with another one, `{ error }` where it refuses.
pub struct Asking<F>(pub F);

impl<F: FnMut(&str, &str) -> Result<String>> Asking<F> {
    fn ask(&mut self, what: &str, request: &Value) -> Result<Answered> {
        answered(&(self.0)(what, &text(request))?)
    }
}

impl<F: FnMut(&str, &str) -> Result<String>> Caller for Asking<F> {
    fn read(&mut self, queries: &[Query], mends: bool) -> Result<Named<Rows>> {
        self.ask("read", &json!({ "queries": queries, "mends": mends }))?.rows()
    }

    fn begin(&mut self, db: &str) -> Result<()> {
        self.ask("begin", &json!({ "db": db })).map(drop)
    }

    fn query(&mut self, queries: &[Query]) -> Result<Named<Rows>> {
        self.ask("query", &json!({ "queries": queries }))?.rows()
    }

    fn run(&mut self, statements: &[Statement]) -> Result<()> {
        self.ask("run", &json!({ "statements": statements })).map(drop)
    }

    fn commit(&mut self) -> Result<()> {
        self.ask("commit", &Value::Null).map(drop)
    }

    fn rollback(&mut self) {
        // What made it necessary is told; SQLite undoes by itself what is left when the database closes.
        let _ = self.ask("rollback", &Value::Null);
    }

    fn gateway(&mut self, bases: &[String], inputs: &mut Inputs<'_>) -> Result<bool> {
        self.ask("gateway", &json!({ "bases": bases }))?.gateway(inputs)
    }

    fn explained(&mut self, error: Error) -> Error {
        // It answers with the refusal itself.
        let told = self.ask("explained", &json!({ "error": error })).err();
        told.filter(|told| told.code == error.code).unwrap_or(error)
    }

    fn waiting(&mut self, holder: Option<u32>, ms: u64) -> Result<()> {
        self.ask("waiting", &json!({ "holder": holder, "ms": ms })).map(drop)
    }
}
