//! Questions to whoever sits at the terminal, and being stopped by them.

pub(crate) mod consent;
pub(crate) mod keyboard;
pub(crate) mod stop;
