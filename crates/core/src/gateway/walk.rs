//! The gateway's decision on a connect request, simulated: from the state on disk, the version's rules and a described
//! connection to a verdict, with the path through the decision tree in words.
//!
//! Follows `src/gateway/server/ws-connection/message-handler.ts` of each version (from 2026.8.1 split into
//! `connect-admission.ts`, `connect-auth.ts`, `connect-device-pairing.ts` and `connect-existing-device.ts`).

use std::borrow::Cow;

use crate::base::text::shown;
use crate::gateway::scopes::{ADMIN, FIXED, READ, WRITE, scope_of};
use crate::gateway::state::{Identity, State};
use crate::gateway::tree::Question;
use crate::options::connection::{Client, Connection};
use crate::options::role::Role;
use crate::rules::{AgentPath, AskedScopes, BrokenIdentity, Rules};
use crate::verdict::{Reason, Step, Verdict};

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What becomes of the connection.
    pub verdict: Verdict,
    /// Why.
    pub reason: Option<Reason>,
    /// The path through the decision tree, in order.
    pub steps: Vec<Step>,
}

/// The gateway's decision.
pub fn connect(rules: &Rules, state: &State, connection: &Connection) -> Outcome {
    let mut walk = Walk { rules, state, connection, steps: Vec::new(), silently: false };
    let (verdict, reason) = match walk.decide() {
        Ok(()) if walk.silently => (Verdict::SilentApproval, None),
        Ok(()) => (Verdict::Open, None),
        Err((verdict, reason)) => (verdict, reason),
    };
    Outcome { verdict, reason, steps: walk.steps }
}

pub(super) type End = (Verdict, Option<Reason>);

pub(super) fn refused(reason: Reason) -> End {
    (Verdict::Rejected, Some(reason))
}

/// How a connection was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Shared,
    DeviceToken,
    /// A trusted proxy vouched for the user.
    Proxy,
    None,
}

pub(super) struct Walk<'a> {
    pub(super) rules: &'a Rules,
    pub(super) state: &'a State,
    pub(super) connection: &'a Connection,
    pub(super) steps: Vec<Step>,
    pub(super) silently: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn step(
        &mut self,
        question: Question,
        answer: impl Into<String>,
        because: impl Into<String>,
    ) {
        self.steps.push(Step {
            question: question.text().into(),
            answer: answer.into(),
            because: because.into(),
        });
    }

    /// A rule in words, with the version that brought it and its source.
    pub(super) fn cite(&self, field: &str, why: &str) -> String {
        match self.rules.origin(field) {
            Some((since, source)) => format!("{why} (since OpenClaw {since}, {source})"),
            None => why.to_owned(),
        }
    }

    pub(super) fn decide(&mut self) -> Result<(), End> {
        self.start()?;
        let device = self.presents_device()? && !self.device_ignored();
        self.identity(device)?;
        let local = self.local()?;
        self.origin(local)?;
        let auth = self.authenticate(device)?;
        let asked = self.asked();
        let equivalent = self.local_equivalent(local, auth);
        let exempt = self.exempt(local, auth);
        let granted = if device {
            self.pair(&asked, local || equivalent, exempt || self.ui_exempt(auth))?;
            asked
        } else {
            self.without_device(asked, local, auth, exempt)?
        };
        self.call(&granted)
    }

    pub(super) fn presents_device(&mut self) -> Result<bool, End> {
        let question = Question::Device;
        let presents = match self.connection.presents_device {
            Some(presents) => {
                self.step(question, yes(presents), "so the connection is described");
                return Ok(presents);
            }
            None => self.presents_by_itself(),
        };
        let (field, why) = match self.connection.client {
            Client::Agent if self.own_agent() && self.rules.agent_path == AgentPath::InProcess => {
                let why = self.cite(
                    "agent_path",
                    "the agent's tool calls the gateway in process, without a socket",
                );
                self.step(Question::Way, "in process", why);
                return Err((Verdict::Open, None));
            }
            Client::Agent if presents => ("agent_path", "the agent's tool presents its device"),
            Client::Agent => (
                "agent_path",
                "the agent's tool sends the shared secret to this machine, and no device",
            ),
            Client::Cli if presents => {
                ("cli_presents_device", "the command line presents its device")
            }
            Client::Cli => (
                "cli_presents_device",
                "the command line sends the shared secret to this machine, and no device",
            ),
            _ => {
                self.step(question, yes(presents), "such clients present their device");
                return Ok(presents);
            }
        };
        let because = self.cite(field, why);
        self.step(question, yes(presents), because);
        Ok(presents)
    }

    pub(super) fn presents_by_itself(&self) -> bool {
        if !self.own_agent() {
            return true;
        }
        match self.connection.client {
            Client::Agent => self.rules.agent_path == AgentPath::Device,
            Client::Cli => self.cli_presents(),
            _ => true,
        }
    }

    /// The rule for an identity that this version cannot use.
    pub(super) fn unusable(&self) -> Option<(&'static str, BrokenIdentity)> {
        match self.state.identity {
            Identity::Missing | Identity::Key(_) => None,
            Identity::Unknown => Some(("unknown_identity", self.rules.unknown_identity)),
            Identity::Broken => Some(("broken_identity", self.rules.broken_identity)),
        }
    }

    /// A gateway that does not start lets nobody in, by whatever way.
    pub(super) fn start(&mut self) -> Result<(), End> {
        let Some((field, BrokenIdentity::Stops)) = self.unusable() else { return Ok(()) };
        let because = self.cite(field, "such an identity stops the gateway");
        self.step(Question::Identity, "no", because);
        Err(refused(Reason::Identity))
    }

    pub(super) fn identity(&mut self, device: bool) -> Result<(), End> {
        let Some((field, rule)) = self.unusable().filter(|_| device) else { return Ok(()) };
        let why = match rule {
            BrokenIdentity::Stops => return Ok(()),
            BrokenIdentity::Used => "it is used as it is, so that the signature fails",
            BrokenIdentity::Replaced => {
                "it is replaced by a new key in silence, which nobody paired"
            }
            BrokenIdentity::Throwaway => "each process makes a key of its own, which nobody paired",
        };
        let because = self.cite(field, why);
        self.step(Question::Identity, "no", because);
        if rule == BrokenIdentity::Used {
            return Err(refused(Reason::Identity));
        }
        Ok(())
    }

    pub(super) fn method(&self) -> &'a str {
        self.connection.method.as_deref().unwrap_or("cron.list")
    }

    pub(super) fn asked(&self) -> Cow<'a, [String]> {
        let operator = self.role() == Role::Operator;
        if let Some(scopes) = &self.connection.scopes {
            return match operator && scopes.is_empty() && self.rules.no_scopes_is_admin {
                true => Cow::Owned(vec![ADMIN.to_owned()]),
                false => Cow::Borrowed(scopes),
            };
        }
        let asked = match self.connection.client {
            _ if !operator => return Cow::Borrowed(&[]),
            Client::Agent => self.rules.agent_scopes,
            Client::Cli => self.rules.cli_scopes,
            // ui/src/ui/gateway.ts
            Client::ControlUi => AskedScopes::Fixed,
            Client::Node | Client::App | Client::Other => AskedScopes::PerMethod,
        };
        Cow::Owned(match asked {
            AskedScopes::Fixed => FIXED.iter().map(|&scope| scope.to_owned()).collect(),
            AskedScopes::PerMethod => vec![scope_of(self.method()).to_owned()],
        })
    }

    pub(super) fn call(&mut self, granted: &[String]) -> Result<(), End> {
        // a node calls nothing of an operator's
        if self.role() == Role::Node {
            return Ok(());
        }
        let method = self.method();
        let need = scope_of(method);
        // src/gateway/method-scopes.ts authorizeOperatorScopesForMethod, the same in every version
        let has = |scope: &str| granted.iter().any(|granted| granted == scope);
        let ok = has(ADMIN) || has(need) || (need == READ && has(WRITE));
        // An approval grants no scope that its caller lacks (src/infra/device-pairing.ts approveDevicePairing).
        let narrow = method == "device.pair.approve" && self.connection.client == Client::Cli;
        let rules = self.rules;
        if narrow
            && self.connection.scopes.is_none()
            && rules.cli_scopes == AskedScopes::PerMethod
            && !rules.approve_asks
        {
            let because = self.cite("approve_asks", "`openclaw devices approve` asks for operator.pairing alone, and may grant no more than that");
            self.step(Question::Call, "no", because);
            return Err(refused(Reason::MissingScope));
        }
        self.step(Question::Call, yes(ok), format!("{} needs {need}", shown(method)));
        if ok { Ok(()) } else { Err(refused(Reason::MissingScope)) }
    }
}

pub(super) fn yes(answer: bool) -> &'static str {
    if answer { "yes" } else { "no" }
}
