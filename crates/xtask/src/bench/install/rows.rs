//! What is run. Every command reads a few variables: `$URL` is the server, `$DISK` a new file system.

use super::archives::{FOUR, GIANT, VERSION};

/// A command to measure.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) group: Group,
    pub(crate) role: Role,
    pub(crate) name: String,
    /// For `sh`.
    pub(crate) command: String,
}

/// Rows that are compared with one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// One version, as fast as loopback is.
    Loopback,
    /// One version over a line of [`LINE`] bytes a second.
    Line,
    /// Four versions over that line.
    Four,
    /// An archive that is made to take memory.
    Shape,
}

/// What a bar knows a row by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What the group's others are compared with.
    Base,
    /// The group's other base: the slower one counts.
    Writing,
    /// gvr, which waits until all is on the disk.
    Durable,
    /// gvr, which does not.
    Quick,
    /// Another manager.
    Peer,
    /// For information.
    Part,
}

/// The speed of the slow line, in bytes a second.
pub(crate) const LINE: u64 = 40_000_000;

impl Group {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Loopback, Self::Line, Self::Four, Self::Shape];

    /// What the server is limited to.
    pub(crate) fn rate(self) -> u64 {
        match self {
            Self::Line | Self::Four => LINE,
            Self::Loopback | Self::Shape => 0,
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Loopback => "One version",
            Self::Line => "Over a line of 40 MB/s",
            Self::Four => "Four versions at once, over that line",
            Self::Shape => "An archive made to take memory",
        }
    }
}

/// The rows that need nothing but gvr and what every Linux has.
pub(crate) fn own() -> Vec<Row> {
    let archive = format!("$URL/go{VERSION}.linux-amd64.tar.gz");
    let gvr = |durable: &str, what: &str| {
        format!("exec env -i HOME=$DISK GVR_ROOT=$DISK/gvr GVR_DIST_URL=$URL {durable}$GVR install --quiet {what}")
    };
    let unpack = format!("curl -s {archive} | tar xz -C $DISK");
    let names = FOUR.map(|(version, _)| version).join(" ");
    let transfers: String =
        FOUR.iter().fold(String::new(), |all, (_, name)| all + &format!(" -o $DISK/{name} $URL/{name}"));
    let row = |group, role, name: &str, command: String| Row { group, role, name: name.to_owned(), command };
    let (quick, full) = ("GVR_DURABLE=0 ", "");
    vec![
        row(Group::Loopback, Role::Base, "`curl \\| tar xz`, which checks nothing", unpack.clone()),
        row(Group::Loopback, Role::Part, "`curl \\| tar xz`, then sync", format!("{unpack} && sync -f $DISK")),
        row(Group::Loopback, Role::Part, "the download alone", format!("exec curl -s -o /dev/null {archive}")),
        row(Group::Loopback, Role::Part, "the download and its hash", format!("curl -s {archive} | sha256sum")),
        row(
            Group::Loopback,
            Role::Part,
            "the download, inflated by gzip",
            format!("curl -s {archive} | gzip -dc >/dev/null"),
        ),
        row(
            Group::Loopback,
            Role::Part,
            "the files alone, by tar",
            format!("exec tar xf $TARS/{VERSION}.tar -C $DISK"),
        ),
        row(Group::Loopback, Role::Quick, "gvr, not durable", gvr(quick, VERSION)),
        row(Group::Loopback, Role::Durable, "gvr", gvr(full, VERSION)),
        row(
            Group::Line,
            Role::Base,
            "the download alone, to a file",
            format!("exec curl -s -o $DISK/archive {archive}"),
        ),
        row(Group::Line, Role::Part, "`curl \\| tar xz`", unpack),
        row(Group::Line, Role::Quick, "gvr, not durable", gvr(quick, VERSION)),
        row(Group::Line, Role::Durable, "gvr", gvr(full, VERSION)),
        row(Group::Four, Role::Base, "the four downloads alone, to files", format!("exec curl -s -Z{transfers}")),
        row(
            Group::Four,
            Role::Writing,
            "the four trees alone, by tar",
            "for tar in $TARS/*.tar; do mkdir $DISK/${tar##*/}; tar xf $tar -C $DISK/${tar##*/} & done; wait"
                .to_owned(),
        ),
        row(Group::Four, Role::Quick, "gvr, not durable", gvr(quick, &names)),
        row(Group::Four, Role::Durable, "gvr", gvr(full, &names)),
        row(Group::Shape, Role::Durable, "gvr: a file of 1 GiB that shrinks to a hundredth", gvr(full, GIANT)),
    ]
}
