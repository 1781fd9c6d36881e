//! The decision tree: its questions, in the order in which a path meets them.

use serde::Serialize;

use crate::verdict::Verdict;

macro_rules! questions {
    ($($name:ident = $text:literal, $device:expr, $end:expr;)+) => {
        /// A question of the decision tree.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Question {
            $($name,)+
        }

        impl Question {
            pub(crate) const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// The decision tree: its questions in the order in which a path meets them. "Is it approved silently?" stands
        /// behind each no of those about the record.
        pub(crate) const TREE: &[Branch] = &[$(Branch { question: $text, device: $device, end: $end },)+];
    };
}

/// A question of the decision tree, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Branch {
    /// The question.
    pub question: &'static str,
    /// Asked of clients with a device, or without one; of both where null.
    pub device: Option<bool>,
    /// What the connection comes to if the path ends here.
    pub end: Option<Verdict>,
}

questions! {
    Here = "Is there a gateway here?", None, Some(Verdict::NoGateway);
    Read = "Can all be read that decides?", None, Some(Verdict::Unknown);
    Start = "Does the gateway start?", None, Some(Verdict::Rejected);
    Way = "How does the agent's tool reach the gateway?", None, Some(Verdict::Open);
    Device = "Does the client present its device?", None, None;
    Identity = "Can this version use the identity on disk?", None, Some(Verdict::Rejected);
    Address = "Which address does the client dial?", None, Some(Verdict::Rejected);
    Attributed = "Can the gateway tell who the client is?", None, Some(Verdict::Rejected);
    Local = "Is the connection local?", None, None;
    Origin = "Is the Origin allowed?", None, Some(Verdict::Rejected);
    Authenticated = "Is it authenticated?", None, Some(Verdict::Rejected);
    Without = "May it come without a device?", Some(false), Some(Verdict::Rejected);
    Kept = "Does it keep its scopes without a device?", Some(false), None;
    Paired = "Is the device paired with this key?", Some(true), None;
    Exempt = "Is this client exempt from pairing?", Some(true), None;
    Bare = "Does the record cover what is asked?", Some(true), None;
    Metadata = "Do platform and device family match?", Some(true), None;
    Role = "Does the record grant the operator role?", Some(true), None;
    Scopes = "Do the approved scopes cover what is asked?", Some(true), None;
    Token = "Can the gateway read the record's token?", Some(true), Some(Verdict::Rejected);
    Silent = "Is it approved silently?", Some(true), Some(Verdict::PairingRequired);
    Call = "May it call the method?", None, Some(Verdict::Rejected);
}
