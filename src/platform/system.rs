//! Which system this is, where people are told what differs.

/// The systems that differ in what people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Drives are block devices.
    Linux,
    /// Drives have letters.
    Windows,
    /// Drives are not read.
    Other,
}

impl System {
    /// The system that this was built for.
    pub const HERE: Self = if cfg!(target_os = "linux") {
        Self::Linux
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Other
    };
}
