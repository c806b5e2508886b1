//! A pack on its medium: examined ([`examine`]), and changed by the only writer ([`commit`]).

pub mod commit;
pub mod contents;
pub mod examine;
pub mod keep;
pub mod kept_list;
mod not_a_pack;
mod other_length;

pub use not_a_pack::NotAPack;
