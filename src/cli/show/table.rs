//! Rows as CSV.

use crate::cli::show::terminal::escape;
use serde::Serialize;
use std::io::{self, Write};
use std::marker::PhantomData;

/// A table whose columns are the fields of `R`, under their names. A table without a row has its heading, too.
pub(crate) struct Table<W: Write, R> {
    csv: csv::Writer<W>,
    is_empty: bool,
    row: PhantomData<R>,
}

impl<W: Write, R: Serialize + Default> Table<W, R> {
    pub(crate) fn new(out: W) -> Self {
        Self { csv: csv::Writer::from_writer(out), is_empty: true, row: PhantomData }
    }

    pub(crate) fn row(&mut self, row: &R) -> io::Result<()> {
        self.is_empty = false;
        Ok(self.csv.serialize(row)?)
    }

    /// Writes what is left, and gives back what it was written to.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if self.is_empty {
            self.csv.write_record(
                csv::ReaderBuilder::new().from_reader(&*heading::<R>()?).headers()?,
            )?;
        }
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// The line with the names of the columns, and one row below it.
fn heading<R: Serialize + Default>() -> io::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.serialize(R::default())?;
    csv.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// A field that a spreadsheet shows and does not take for a formula, and that a terminal shows and does not
/// obey: names come from strangers' disks.
pub(crate) fn harmless(field: &str) -> String {
    let field = escape(field);
    let is_formula = field.starts_with(['=', '+', '-', '@']);
    if is_formula { format!("'{field}") } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default, Serialize)]
    struct Row {
        name: String,
        count: Option<u16>,
    }

    #[test]
    fn columns_have_their_names_also_where_there_is_no_row() {
        let table = Table::<_, Row>::new(Vec::new());
        assert_eq!(table.finish().unwrap(), b"name,count\n");
        let mut table = Table::new(Vec::new());
        table.row(&Row { name: harmless("=A1, \"b\""), count: None }).unwrap();
        assert_eq!(table.finish().unwrap(), b"name,count\n\"'=A1, \"\"b\"\"\",\n");
    }
}
