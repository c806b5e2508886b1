//! The ledger's tables, and what distinguishes a ledger from other databases.
//!
//! `conversion` has one row for each pack, by its serial, besides those that were released. Times are seconds since
//! 1970 in UTC; paths are absolute, as text if they are valid text, otherwise as bytes. `journal` has the two records of
//! each conversion that is begun, with which a torn sector is repaired: a conversion is begun as long as it is in there,
//! and nothing else says so. Begun or released: no conversion is both.

use rusqlite::Connection;

/// `APLG`, in SQLite's application id.
pub(super) const APPLICATION_ID: i32 = 0x4150_4C47;
/// In SQLite's user version.
pub(super) const VERSION: i32 = 5;

/// The tables of this version. Released rows stay, so that a pack that was converted twice is recognised; of the
/// others there is one for each serial, by the index.
const CREATE: &str = "
CREATE TABLE conversion (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    serial        TEXT NOT NULL,
    licenses      INTEGER NOT NULL,
    path          ANY NOT NULL,     -- the image that was converted
    target        ANY,              -- the converted copy; NULL where converted in place
    device        INTEGER,          -- of the image, if the system has them
    inode         INTEGER,
    sector_0      INTEGER,          -- where the record's sectors lie, in bytes from the start
    sector_1      INTEGER,
    sector_2      INTEGER,
    sector_3      INTEGER,
    converted_at  INTEGER NOT NULL, -- as in the 4.5 record
    old_digest    TEXT NOT NULL,    -- SHA-1 of the 4.0 record, as in the 4.5 record
    new_digest    TEXT NOT NULL,    -- SHA-1 of the 4.5 record
    container     ANY,              -- the archive or packed file that the image is in, its resolved path
    born          INTEGER,          -- when the image was made, in ns since 1970, if its file system knows
    copy_place    ANY,              -- the converted copy, its resolved path
    released      INTEGER NOT NULL DEFAULT 0 -- a released row's own id, so that its serial can be claimed anew
                  CHECK (released = 0 OR released = id)
) STRICT;
CREATE UNIQUE INDEX live ON conversion (serial, released);
CREATE TABLE journal (
    id            INTEGER PRIMARY KEY, -- of the conversion that is begun
    old_record    BLOB NOT NULL,       -- without the zeros at their ends
    new_record    BLOB NOT NULL
) STRICT;
";

/// Makes the tables of this version out of those of an older one. Numbers are not given twice, also not those of rows
/// that are gone. All rows are read from the table itself: an index may be damaged. A row whose records or state are
/// damaged stays begun, so that runs go on to report it: a record that is not there is an empty one, which no conversion
/// makes. Those before version 3 did not know containers, files that were made anew, and copies whose folder was moved.
fn bring_up_to_date(version: i32) -> String {
    let newer = if version < 3 { "NULL, NULL, NULL" } else { "container, born, copy_place" };
    // SQLite takes for granted that a state is not NULL, but a damaged one may be.
    format!(
        "DROP INDEX IF EXISTS live;
        ALTER TABLE conversion RENAME TO older;
        {CREATE}
        INSERT INTO conversion SELECT id, serial, licenses, path, target, device, inode, sector_0, sector_1,
            sector_2, sector_3, converted_at, old_digest, new_digest, {newer},
            CASE state WHEN 'released' THEN id ELSE 0 END
            FROM older NOT INDEXED ORDER BY id;
        INSERT INTO journal SELECT id, coalesce(old_record, x''), coalesce(new_record, x'') FROM older
            WHERE CASE WHEN state IN ('done', 'released') THEN 0 ELSE 1 END ORDER BY id;
        DELETE FROM sqlite_sequence WHERE name = 'conversion';
        UPDATE sqlite_sequence SET name = 'conversion' WHERE name = 'older';
        DROP TABLE older;"
    )
}

/// Converted packs that were seen in this run; the table is removed with the connection.
pub(super) const CREATE_SEEN: &str = "
CREATE TEMP TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY, serial TEXT UNIQUE, licenses, path, target, device, inode, born, converted_at,
    old_digest, new_digest
);
";

/// Makes the tables, or those of this version out of those of an older one; 0 is the version of an empty database.
pub(super) fn make_tables(db: &Connection, version: i32) -> rusqlite::Result<()> {
    if version == 0 {
        db.execute_batch(CREATE)?;
    } else {
        db.execute_batch(&bring_up_to_date(version))?;
    }
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    db.pragma_update(None, "user_version", VERSION)
}

#[cfg(test)]
mod tests {
    use super::super::{row, seen};
    use super::*;
    use rusqlite::StatementStatus;

    /// How SQLite comes by what a statement reads.
    fn plan(db: &Connection, statement: &str) -> String {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
        let mut steps = plan.raw_query();
        let mut text = String::new();
        while let Some(step) = steps.next().unwrap() {
            text += &step.get::<_, String>("detail").unwrap();
            text += "\n";
        }
        text
    }

    fn reads_all(plan: &str) -> bool {
        plan.lines().any(|step| step.starts_with("SCAN") && step.contains("conversion"))
    }

    #[test]
    fn no_statement_but_the_list_reads_all_conversions() {
        let db = Connection::open_in_memory().unwrap();
        make_tables(&db, 0).unwrap();
        db.execute_batch(CREATE_SEEN).unwrap();
        let reading = [row::FIND, row::RELEASED, row::BY_ID, row::BEGUN, row::STRAY, seen::SEEN];
        let writing = [row::DROP_RECORDS, row::VOID, row::REPLACE, row::RELEASE, row::MOVED];
        for statement in reading.into_iter().chain(writing) {
            let plan = plan(&db, statement);
            assert!(!reads_all(&plan), "{statement}:\n{plan}");
        }
        assert!(reads_all(&plan(&db, row::ALL)));
    }

    /// SQLite may plan a statement anew for other parameters, which takes many times as long as to run it. The others are
    /// used once for many packs.
    #[test]
    fn no_statement_is_prepared_again_for_another_pack() {
        let db = Connection::open_in_memory().unwrap();
        make_tables(&db, 0).unwrap();
        db.execute_batch(CREATE_SEEN).unwrap();
        let reading = [row::FIND, row::BY_ID];
        let writing = [
            row::INSERT,
            row::MOVED,
            seen::REMEMBER,
            seen::ENTER,
            row::ADD_RECORDS,
            row::DROP_RECORDS,
            row::VOID,
            row::REPLACE,
            row::RELEASE,
        ];
        for sql in reading.into_iter().chain(writing) {
            let mut statement = db.prepare(sql).unwrap();
            for pack in 1..4 {
                for parameter in 1..=statement.parameter_count() {
                    statement.raw_bind_parameter(parameter, pack.to_string()).unwrap();
                }
                // What it comes to does not matter.
                let _ = statement.raw_query().next();
                // As when it is kept for another use.
                statement.clear_bindings();
            }
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{sql}");
        }
    }
}
