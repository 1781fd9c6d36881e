//! What a cell of the table can hold of the gateway's own secrets, and of who vouches for a user.

/// From where a trusted proxy may vouch for a user, in the mode `trusted-proxy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyAuth {
    /// From anywhere.
    Anywhere,
    /// Not from this machine.
    Elsewhere,
    /// From this machine where the config allows it (`gateway.auth.trustedProxy.allowLoopback`).
    Allowed,
}

/// Which `.env` files a gateway and its commands read, beside the process's own environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvFiles {
    /// That of the working folder, then that of the state dir.
    Both,
    /// The same, but nothing of OpenClaw's own is taken from the working folder.
    Guarded,
    /// The same, and `~/.config/openclaw/gateway.env` unless another state dir is named.
    Gateway,
}

/// What a gateway does that asks for a token and knows none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnToken {
    /// It does not start.
    Never,
    /// It makes one, and writes it into its config.
    Saved,
    /// It makes one for this start, which it alone knows.
    Kept,
    /// The same, and it gives the command line of its state dir a device token, that of its record.
    Handed,
}

/// Where a gateway does not start without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretBeyond {
    /// With any word but `loopback` for `gateway.bind`; where a token is asked for it makes one.
    Word,
    /// Where the address that it would listen on is not this machine's alone; a token that it would make is not enough.
    Address,
}

/// By what a gateway sees that it runs in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// It does not look.
    Never,
    /// By files of container engines, and the control group of the first process.
    Marks,
    /// By these, or the variables of a machine of Fly.
    MarksAndFly,
}
