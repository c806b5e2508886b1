//! The operating system, for messages that depend on it.

/// The systems for which messages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Drives are block devices.
    Linux,
    /// Drives have letters.
    Windows,
    /// Drives are not supported.
    Other,
}

impl System {
    /// The system that this program was built for.
    pub const HERE: Self = if cfg!(target_os = "linux") {
        Self::Linux
    } else if cfg!(windows) {
        Self::Windows
    } else {
        Self::Other
    };
}
