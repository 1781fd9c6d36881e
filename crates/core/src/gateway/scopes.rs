//! Operator scopes: which a method needs, and which cover which.

use std::borrow::Cow;

use crate::base::text::shown;
use crate::rules::{Rules, ScopeCompare};

pub(super) const ADMIN: &str = "operator.admin";

pub(super) const READ: &str = "operator.read";

pub(super) const WRITE: &str = "operator.write";

pub(super) const FIXED: &[&str] = &[ADMIN, "operator.approvals", "operator.pairing"];

/// The scope that an operator needs for a method: those of cron, sending and reading as every version has them
/// (`src/gateway/method-scopes.ts`), admin for what isn't listed.
pub fn scope_of(method: &str) -> &'static str {
    match method {
        "cron.list" | "cron.status" | "cron.runs" | "status" | "channels.status"
        | "models.list" | "agents.list" | "sessions.list" | "last-heartbeat"
        | "system-presence" | "logs.tail" | "chat.history" => READ,
        "send" | "agent" | "agent.wait" | "wake" | "chat.send" | "chat.abort" => WRITE,
        "exec.approval.request" | "exec.approval.resolve" => "operator.approvals",
        method if method.starts_with("device.pair.") || method.starts_with("device.token.") => {
            "operator.pairing"
        }
        _ => ADMIN,
    }
}

/// Whether the granted scopes cover the wanted ones, as this version compares them.
pub(crate) fn covers(rules: &Rules, granted: &[String], wanted: &[String]) -> bool {
    let has = |scope: &str| granted.iter().any(|granted| granted.trim() == scope);
    wanted.iter().all(|scope| {
        let scope = scope.trim();
        let by_write = scope == READ
            || (scope == "operator.talk" && rules.scope_compare == ScopeCompare::Talk);
        match rules.scope_compare {
            ScopeCompare::Exact => has(scope),
            ScopeCompare::Read => has(scope) || (scope == READ && (has(WRITE) || has(ADMIN))),
            ScopeCompare::Admin | ScopeCompare::Talk => {
                has(scope)
                    || (has(ADMIN) && scope.starts_with("operator."))
                    || (by_write && has(WRITE))
            }
        }
    })
}

pub(super) fn known<'s>(rules: &Rules, scope: &'s str) -> Cow<'s, str> {
    match rules.operator_scopes.contains(&scope) {
        true => Cow::Borrowed(scope),
        false => Cow::Owned(format!("{} (unknown to this version)", shown(scope))),
    }
}
