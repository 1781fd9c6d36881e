//! Every code of a refusal and of a notice: rows and nothing else.
//!
//! A row: its name, its spelling, what it means in one sentence, what to do about it, and, where a refusal may come without a hint of its own,
//! that hint. `both`: a refusal of every other operation that is a finding of a diagnosis. `docs/codes.md` and the unions in the types of
//! the npm package are made from these rows by `cargo xtask generate`.

codes! {
    errors {
        Aborted = "ERR_PREPAIR_ABORTED",
            "The call was aborted by its `signal`.",
            "Call again: what was written is whole, and the same call completes it.";
        Ambiguous = "ERR_PREPAIR_AMBIGUOUS",
            "A device is named of which more than one request waits, or more than one role has a token.",
            "Name the request by `requestId`, or give the `role`; the message has both.";
        Binding = "ERR_PREPAIR_BINDING",
            "Neither the addon nor the wasm module could be loaded, or it is not the one of this package.",
            "Install all parts of openclaw-prepair in the same version; the message has the reason for each part that was tried.";
        Busy = "ERR_PREPAIR_BUSY",
            "A call was made from inside of another one, by what that one called back.",
            "Call it when the other call has returned.";
        ClientState = "ERR_PREPAIR_CLIENT_STATE",
            "The state dir belongs to a client of another gateway (`gateway.mode` is \"remote\"), so no gateway reads a record here.",
            "Approve the client's key on the machine of its gateway; the hint has the command.";
        ConfigRevert = "ERR_PREPAIR_CONFIG_REVERT",
            "After this edit OpenClaw would take the config for damaged and put an older one in its place.",
            "Leave `meta` and `gateway.mode` in place, and make large removals with `openclaw config`.";
        Contended = "ERR_PREPAIR_CONTENDED",
            "Another program kept writing the same files each time that this call tried.",
            "Call again when less is going on there, best before the gateway starts.";
        Entropy = "ERR_PREPAIR_ENTROPY",
            "Random bytes are missing that a new key or token needs.",
            "Give `inputs.entropy` as a Uint8Array of 64 random bytes, new ones for each plan.";
        IdentityConflict = "ERR_PREPAIR_IDENTITY_CONFLICT",
            "Another device identity is here than the one that was given.",
            "Leave out `identity` to use the one that is here, or set `onConflict: 'replace'` (files only).";
        IdentityMissing = "ERR_PREPAIR_IDENTITY_MISSING",
            "The state dir has no device identity.",
            "Call `prePair()` or `setup()` first.";
        Internal = "ERR_PREPAIR_INTERNAL",
            "This is a bug in openclaw-prepair.",
            "Report it with what you called.",
            "Please report it with what you called.";
        Key = "ERR_PREPAIR_KEY",
            "A key is not an Ed25519 key in a form that is read here.",
            "Give a public key as 43 characters of base64url or as SPKI PEM, a private key as PKCS#8 PEM.";
        Locked = "ERR_PREPAIR_LOCKED",
            "Another call of this package holds the lock of the state dir.",
            "Wait until that call ends; if none runs, remove the folder that `place` names.";
        MountPoint = "ERR_PREPAIR_MOUNT_POINT",
            "A file that has to be replaced is itself a mount point.",
            "Mount its folder instead of the file, or change the file where it is mounted from.";
        NotFound = "ERR_PREPAIR_NOT_FOUND",
            "The store holds no request, no device or no token of that name.",
            "See what is there with `devices.list()`, or `npx openclaw-prepair devices list`.";
        Options = "ERR_PREPAIR_OPTIONS",
            "An option is missing, unknown, or has a value that is not taken.",
            "The message names the option and what it takes; the package's types describe every option.",
            "The package's types describe every option.";
        Platform = "ERR_PREPAIR_PLATFORM",
            "This runtime or operating system has no files that can be written.",
            "Use `openclaw-prepair/plan` or `openclaw-prepair/sandbox`, or run this where the gateway runs.";
        Proxy = "ERR_PREPAIR_PROXY",
            "An entry for `gateway.trustedProxies` is not an IP address or CIDR block that this OpenClaw version understands.",
            "Give the proxy's own address, such as 10.0.0.7.";
        RequestExpired = "ERR_PREPAIR_REQUEST_EXPIRED",
            "The request is older than five minutes, so no gateway knows it any more.",
            "Let the device connect again and approve its new request, or approve its key by `prePair({ device })`.";
        Revoked = "ERR_PREPAIR_REVOKED",
            "The owner of the gateway revoked this device's token.",
            "Ask the owner, then call with `reinstate: true`, or use another identity.";
        Sandbox = "ERR_PREPAIR_SANDBOX",
            "The sandbox, its SDK or a command in it failed or gave no usable answer.",
            "Look at the sandbox, then call again: the hint says what state it is in.";
        Scope = "ERR_PREPAIR_SCOPE",
            "A scope is asked for that the request does not ask for, or that none of its roles has.",
            "Give only scopes that the request asks for, or leave `scopes` out; reject a request that asks for more than its roles have.";
        Secret = "ERR_PREPAIR_SECRET",
            "A secret from which an identity is derived is too short or is not random.",
            "Use 32 or more random bytes, for example `crypto.randomBytes(32)`.";
        Timeout = "ERR_PREPAIR_TIMEOUT",
            "The sandbox did not answer within `timeoutMs`.",
            "Look at the sandbox, then call again: the same call completes what was begun.";
        Version = "ERR_PREPAIR_VERSION",
            "`gatewayVersion` is not an OpenClaw version.",
            "Give it as `openclaw --version` prints it, like 2026.2.19, 2026.2.6-3 or 2026.8.1-beta.2.";
    }
    both {
        Changed = "ERR_PREPAIR_CHANGED", "W_CHANGED",
            "Another program changed a file or row between reading and writing it.",
            "Call again.";
        ConfigInclude = "ERR_PREPAIR_CONFIG_INCLUDE", "W_CONFIG_INCLUDE",
            "An `$include` of the config cannot be followed, or the setting to change is in an included file.",
            "Repair the include, or give the included file as `configPath`.";
        DeviceConflict = "ERR_PREPAIR_DEVICE_CONFLICT", "W_DEVICE_CONFLICT",
            "The paired record of this device holds another public key, so it is broken or forged.",
            "Remove it with `npx openclaw-prepair devices remove`, then call again.";
        DiskFull = "ERR_PREPAIR_DISK_FULL", "W_DISK_FULL",
            "No space is left on the disk, or the quota is used up.",
            "Free some space, then call again: the same call completes what was begun.";
        Encoding = "ERR_PREPAIR_ENCODING", "W_ENCODING",
            "A file is not valid UTF-8.",
            "Save it as UTF-8.";
        IdentityBroken = "ERR_PREPAIR_IDENTITY_BROKEN", "W_IDENTITY_BROKEN",
            "The device identity in the state dir cannot be used.",
            "Restore it from a backup, give another by `identity` with `onConflict: 'replace'`, or run `openclaw doctor --fix` where it is in the database.";
        Io = "ERR_PREPAIR_IO", "W_IO",
            "A file could not be read or written, for a reason that has no code of its own.",
            "The message has the system's own error; look at the disk, then call again.";
        LegacyIdentityConflict = "ERR_PREPAIR_LEGACY_IDENTITY_CONFLICT", "W_LEGACY_IDENTITY_CONFLICT",
            "An old identity file beside the database holds another key, or has a form that OpenClaw does not import; after a change of the config the gateway may refuse to start.",
            "Move the file out of the state dir, or let `setup()` repair it where the key is the same.";
        NotAFile = "ERR_PREPAIR_NOT_A_FILE", "W_NOT_A_FILE",
            "Something else stands where a plain file or a folder belongs, or a link below the state dir leads there.",
            "Move it away, or put the real file in its place: links below the state dir are not followed.";
        Permission = "ERR_PREPAIR_PERMISSION", "W_PERMISSION",
            "This user, or the permission model of the runtime, may not read or write what the call needs.",
            "Run as the user who owns the state dir and runs the gateway, or as root with `owner`.";
        ProxyAny = "ERR_PREPAIR_PROXY_ANY", "W_PROXY_ANY",
            "`gateway.trustedProxies` would trust every address, so anyone could pose as any client.",
            "List the proxy's own addresses, or set `allowAny: true` if that is what you want.";
        ReadOnly = "ERR_PREPAIR_READ_ONLY", "W_READ_ONLY",
            "The file system is read-only.",
            "Call before it is mounted read-only, or choose a state dir and config path that can be written.";
        Role = "ERR_PREPAIR_ROLE", "W_ROLE",
            "The paired record or the waiting request of the device is about another role than the one that is needed.",
            "Let the device ask for the role that it needs; the hint says how.";
        Shape = "ERR_PREPAIR_SHAPE", "W_SHAPE",
            "A part of a file or row has another type or size than OpenClaw writes.",
            "Repair the part that the message names, then call again.";
        Sqlite = "ERR_PREPAIR_SQLITE", "W_SQLITE",
            "The state database cannot be used as it is.",
            "Run `openclaw doctor`, or restore the database from a backup together with the files beside it.";
        SqliteBusy = "ERR_PREPAIR_SQLITE_BUSY", "W_SQLITE_BUSY",
            "Another process holds the state database locked.",
            "See what holds it (a backup, a migration), then call again.";
        SqliteSchema = "ERR_PREPAIR_SQLITE_SCHEMA", "W_SQLITE_SCHEMA",
            "The state database lacks a table or column that is read here.",
            "Run `openclaw doctor`, or update openclaw-prepair.";
        SqliteUnavailable = "ERR_PREPAIR_SQLITE_UNAVAILABLE", "W_SQLITE_UNAVAILABLE",
            "The state is in SQLite, and the Node that runs here has no `node:sqlite` that can read it.",
            "Use a Node that this OpenClaw version supports; the hint names it.";
        StateDir = "ERR_PREPAIR_STATE_DIR", "W_STATE_DIR",
            "The state dir is not known, is not there, or cannot be made.",
            "Give an absolute `stateDir`, or run `openclaw-prepair setup` to make it.";
        StoreConflict = "ERR_PREPAIR_STORE_CONFLICT", "W_STORE_CONFLICT",
            "The state database belongs to another OpenClaw version than the one that was given or is installed.",
            "Use the version that wrote this state dir, or give the installed package by `openclawDir`.";
        Supervised = "ERR_PREPAIR_SUPERVISED", "W_SUPERVISED",
            "An external supervisor manages this state database.",
            "Pair the device through that supervisor.";
        Syntax = "ERR_PREPAIR_SYNTAX", "W_SYNTAX",
            "A file is not valid JSON, or JSON5 where OpenClaw reads that.",
            "Repair the file at the place that is named; OpenClaw cannot read it either.";
    }
    notices {
        Backup = "W_BACKUP",
            "A backup beside the identity may hold a private key.",
            "Remove it when nobody needs the old key.";
        BindCustom = "W_BIND_CUSTOM",
            "`gateway.bind` is \"custom\", and on this version the gateway does not listen where the machine's own clients connect.",
            "Set `gateway.bind` to \"loopback\".";
        BindLan = "W_BIND_LAN",
            "`gateway.bind` is \"lan\", so on this version the machine's own clients come from the LAN address.",
            "Set `gateway.bind` to \"loopback\", or pair the device where that is enough; the hint says which.";
        ConfigElsewhere = "W_CONFIG_ELSEWHERE",
            "The config that was edited lies outside of the state dir, so another gateway may use it too.",
            "Name the state dir's own `openclaw.json` by `configPath` where that is meant.";
        ConfigKey = "W_CONFIG_KEY",
            "The config has a key that this version does not know, so its gateway does not start.",
            "Remove the key.";
        ConfigMissing = "W_CONFIG_MISSING",
            "There is no config file, without which a gateway does not start.",
            "Run `openclaw-prepair setup`, or start the gateway with `--allow-unconfigured`.";
        ConfigValue = "W_CONFIG_VALUE",
            "A setting has a value with which this version's gateway does not start.",
            "Write one of the values that the hint names.";
        ConfigVariable = "W_CONFIG_VARIABLE",
            "A setting names an environment variable that is not set here.",
            "Call with the gateway's own environment, or give its variables as `env`.";
        ContainerSecret = "W_CONTAINER_SECRET",
            "In a container this version's gateway does not start without a secret, and none is known here.",
            "Set OPENCLAW_GATEWAY_TOKEN in the environment of the gateway and of its clients.";
        DeviceAuth = "W_DEVICE_AUTH",
            "While `identity/device-auth.json` is there, clients of this version refuse to connect.",
            "Run `openclaw doctor --fix`, or move the file out of the state dir.";
        GatewayMode = "W_GATEWAY_MODE",
            "`gateway.mode` is missing or is not \"local\", so no gateway starts with this config.",
            "Set it to \"local\" where a gateway is to run.";
        GatewayRunning = "W_GATEWAY_RUNNING",
            "A gateway runs on the state dir that changes.",
            "Best call before the gateway starts, or while it is stopped.";
        HardLink = "W_HARD_LINK",
            "The identity file has a second name (a hard link), and this version does not read such a file.",
            "Run `openclaw-prepair setup`: it keeps the key.";
        IdentityRepaired = "W_IDENTITY_REPAIRED",
            "The file around the device's key was not as OpenClaw writes it, and was repaired; the key is the same.",
            "Nothing to do.";
        IdentityReplaced = "W_IDENTITY_REPLACED",
            "The identity was replaced by the one that was given; the old file was kept, its record was removed.",
            "Remove the backup when nobody needs the old key.";
        IdentityShape = "W_IDENTITY_SHAPE",
            "The identity file is not as OpenClaw writes it, and some version does not use it.",
            "Run `openclaw-prepair setup`: it keeps the key.";
        KeyReadable = "W_KEY_READABLE",
            "Other users may read a file that holds the device's private key.",
            "Run `chmod 600` on it.";
        KeySpelling = "W_KEY_SPELLING",
            "The record's public key is the right one in a form that OpenClaw does not compare, so the device counts as not paired.",
            "Run `openclaw-prepair setup`.";
        LegacyFiles = "W_LEGACY_FILES",
            "A file of the older store lies beside the database, which is what counts.",
            "Move identity/device.json and devices/*.json out of the state dir.";
        Mode = "W_MODE",
            "Other users may write in a folder of the state dir, or read a file that holds tokens.",
            "Run the `chmod` that the hint names.";
        NameOverwritten = "W_NAME_OVERWRITTEN",
            "On this version a device's name is what it calls itself: its next connect puts that in the place of the new name.",
            "Nothing to do; from 2026.8.1 on the name that its owner gives a device stays.";
        NoDevice = "W_NO_DEVICE",
            "This client does not present a device on this version, so no paired record can help it.",
            "Let it connect to the gateway directly, without a proxy that adds forwarding headers.";
        NoIdentity = "W_NO_IDENTITY",
            "There is no device identity yet; the first client makes one that is not paired.",
            "Run `openclaw-prepair setup`.";
        NoSecret = "W_NO_SECRET",
            "The gateway does not start without a secret, or makes one that this client does not know; none is known here.",
            "Set it in the environment of the gateway and of its clients, or in the config.";
        Node = "W_NODE",
            "This Node is older than this OpenClaw version needs.",
            "Start the gateway with a newer Node.";
        NodeCommands = "W_NODE_COMMANDS",
            "The device may connect as a node, but what it may run is approved apart, and it names that only once it connects.",
            "Let it connect, then approve the commands that it asks for.";
        NotImported = "W_NOT_IMPORTED",
            "This version does not import `paired.json` at its first start, so the record does not count yet.",
            "Run `openclaw doctor --fix --non-interactive` before the gateway starts.";
        NotPaired = "W_NOT_PAIRED",
            "There is no paired record of the device.",
            "Run `openclaw-prepair setup`.";
        OwnDevice = "W_OWN_DEVICE",
            "The device is the identity of this state dir itself: the command line and the agent on this machine.",
            "Run `openclaw-prepair setup` to pair it again.";
        Owner = "W_OWNER",
            "A file belongs to another user than the state dir, or the state dir to another user than the one who runs this.",
            "Run the `chown` that the hint names, or run as the owner of the state dir.";
        PackageNotTrusted = "W_PACKAGE_NOT_TRUSTED",
            "An installed openclaw package was not used, because another user could have put it there.",
            "Give `gatewayVersion`, or `openclawDir` if the package is yours.";
        PendingSticky = "W_PENDING_STICKY",
            "A pending request of the device needs manual approval, and later ones are merged into it and wait as well.",
            "Run `openclaw-prepair clear-pending`.";
        Pinned = "W_PINNED",
            "The record pins another platform or device family than this device names, so its connections need approval again.",
            "Remove the record first, then pair the device anew.";
        PinnedTaken = "W_PINNED_TAKEN",
            "The record pinned another platform or device family than the device's newest request; it was taken from that request.",
            "Check that this is the device that you mean.";
        Profiles = "W_PROFILES",
            "This state dir has no config or no record of the device, and other profiles of the same user have a config.",
            "If the gateway runs with one of them, give that profile: `--profile NAME`.";
        ProxyEntry = "W_PROXY_ENTRY",
            "An entry of `gateway.trustedProxies` matches nothing on this version.",
            "Write the proxy's own address, like 10.0.0.7.";
        ProxyLoopback = "W_PROXY_LOOPBACK",
            "A loopback address in `gateway.trustedProxies` makes every local client remote on this version.",
            "Take 127.0.0.0/8, 127.0.0.1 and ::1 out, unless a proxy on this machine needs them.";
        ProxyNetwork = "W_PROXY_NETWORK",
            "`trustedProxies` holds networks that this version does not understand.",
            "List the proxy's own addresses instead.";
        ProxyNoClient = "W_PROXY_NO_CLIENT",
            "The proxy is listed, but its X-Forwarded-For names no client that is not itself a trusted proxy, so this version answers HTTP 403.",
            "List only the proxy's own addresses, and have the proxy send X-Forwarded-For.";
        ProxyNoEffect = "W_PROXY_NO_EFFECT",
            "On this version `trustedProxies` has no effect on who counts as local.",
            "Nothing to do: the paired record is what lets the device in.";
        ProxyShape = "W_PROXY_SHAPE",
            "`gateway.trustedProxies` is not an array, so the gateway does not start.",
            "Write it as an array of addresses.";
        ProxySpoofable = "W_PROXY_SPOOFABLE",
            "`gateway.trustedProxies` holds whole networks, in which on this version any neighbour can pose as a local client.",
            "List the proxy's own addresses instead.";
        ProxyUnlisted = "W_PROXY_UNLISTED",
            "The connection comes through a proxy that adds forwarding headers and is not in `gateway.trustedProxies`, so this version answers HTTP 403.",
            "Run `openclaw-prepair patch-config --proxy-peer <address of the proxy>`.";
        ProxyWide = "W_PROXY_WIDE",
            "`gateway.trustedProxies` holds whole networks, and on this version a client whose own address is in one of them gets HTTP 403.",
            "List the proxy's own addresses instead.";
        RecordId = "W_RECORD_ID",
            "The record's `deviceId` is not that of the device.",
            "Run `openclaw-prepair setup`.";
        SchemaNewer = "W_SCHEMA_NEWER",
            "The state database is newer than this version writes, and its gateway may refuse to start.",
            "Use the OpenClaw version that wrote it.";
        ScopeUnknown = "W_SCOPE_UNKNOWN",
            "This version has no such scope; there it grants nothing.",
            "Use the scopes of the version; the hint names them.";
        Scopes = "W_SCOPES",
            "The record lacks scopes that clients ask for.",
            "Run `openclaw-prepair setup`.";
        SecretDiffers = "W_SECRET_DIFFERS",
            "The gateway asks for the secret of its config, and its clients on this machine present another one of the environment.",
            "Unset the variable for the clients, or give it the same value.";
        StillConnected = "W_STILL_CONNECTED",
            "A gateway runs on this state dir, and a connection that is open stays open.",
            "Restart the gateway, or end the client. The next connect is decided by what is on disk now.";
        StillPaired = "W_STILL_PAIRED",
            "On this version the record lets the device in without a token of its own, if it has the gateway's secret.",
            "Remove the device where it is to be locked out.";
        Timestamps = "W_TIMESTAMPS",
            "Paired records lack the times that this version needs.",
            "Run `openclaw-prepair setup`, or remove the records that the message names.";
        TokenIsGateways = "W_TOKEN_IS_GATEWAYS",
            "The device's token is a copy of the gateway's token.",
            "Take `tokens` out of the device's record, then run `openclaw-prepair setup`.";
        TokenMissing = "W_TOKEN_MISSING",
            "The record has no operator token, so this version takes its role for not granted.",
            "Run `openclaw-prepair setup`.";
        TokenRedacted = "W_TOKEN_REDACTED",
            "The device's token is a mark that a sanitizer left, not a token.",
            "Run `openclaw-prepair setup`.";
        TokenRenewed = "W_TOKEN_RENEWED",
            "The device's token was a mark that a sanitizer left, or had been revoked; a new token took its place.",
            "A client that still has the old token connects once with the gateway's own secret.";
        TokenRevoked = "W_TOKEN_REVOKED",
            "The owner revoked the device's token.",
            "Ask the owner, then run `openclaw-prepair setup --reinstate`.";
        TokenScopes = "W_TOKEN_SCOPES",
            "The record's token has no scopes, so every version drops the connection.",
            "Run `openclaw-prepair setup`.";
        VersionNewer = "W_VERSION_NEWER",
            "This OpenClaw is newer than every version that is known here; the newest known rules were followed.",
            "Update openclaw-prepair when there is a newer one.";
        VersionOlder = "W_VERSION_OLDER",
            "This OpenClaw is older than every version that is known here; the oldest known rules were followed.",
            "Update OpenClaw, or give `gatewayVersion` if another version runs.";
        VersionUnknown = "W_VERSION_UNKNOWN",
            "No OpenClaw version was found; the newest known rules were followed.",
            "Give `gatewayVersion` or `openclawDir`.";
    }
}
