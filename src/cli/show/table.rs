//! Objects as rows of CSV.

use crate::cli::show::terminal::escape;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Write};

/// A table with a column for each named field. It has a heading even without rows.
pub(crate) struct Table<W: Write> {
    csv: csv::Writer<W>,
    columns: &'static [&'static str],
}

impl<W: Write> Table<W> {
    pub(crate) fn new(out: W, columns: &'static [&'static str]) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(columns)?;
        Ok(Self { csv, columns })
    }

    /// Writes the fields of an object that have columns.
    pub(crate) fn row(&mut self, object: &impl Serialize) -> io::Result<()> {
        let fields = serde_json::to_value(object)?;
        let cells = self.columns.iter().map(|name| cell(fields.get(name).unwrap_or(&Value::Null)));
        Ok(self.csv.write_record(cells)?)
    }

    /// Writes what is left, and gives back what it was written to.
    pub(crate) fn finish(self) -> io::Result<W> {
        self.csv.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        Value::Array(values) => {
            let texts: Vec<_> = values.iter().map(cell).collect();
            harmless(&texts.join("; "))
        }
        other => other.to_string(),
    }
}

/// A field that a spreadsheet shows and does not take for a formula, and that a terminal shows and does not
/// obey: names come from strangers' disks.
fn harmless(field: &str) -> String {
    let field = escape(field);
    let is_formula = field.starts_with(['=', '+', '-', '@']);
    if is_formula { format!("'{field}") } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn columns_have_their_names_also_where_there_is_no_row() {
        let table = Table::new(Vec::new(), &["name", "count"]).unwrap();
        assert_eq!(table.finish().unwrap(), b"name,count\n");
        let mut table = Table::new(Vec::new(), &["name", "count", "kb"]).unwrap();
        let row = json!({ "kb": [1, 2], "count": null, "other": 3, "name": "=A1, \"b\"" });
        table.row(&row).unwrap();
        assert_eq!(table.finish().unwrap(), b"name,count,kb\n\"'=A1, \"\"b\"\"\",,1; 2\n");
    }
}
