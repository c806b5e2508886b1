//! The tables of the ledger, for tests that look into them or change them without addpack.

use rusqlite::{Connection, params};
use std::path::Path;

pub(crate) fn open(ledger: &Path) -> Connection {
    Connection::open(ledger).unwrap()
}

/// The first value that a query finds.
pub(crate) fn number(ledger: &Path, sql: &str) -> i64 {
    open(ledger).query_row(sql, [], |row| row.get(0)).unwrap()
}

/// The state of each entry, in the order of their numbers.
pub(crate) fn states(ledger: &Path) -> Vec<String> {
    let sql = "SELECT CASE WHEN released <> 0 THEN 'released' WHEN journal.id IS NULL THEN 'done' \
        ELSE 'begun' END FROM conversion LEFT JOIN journal USING (id) ORDER BY id";
    let db = open(ledger);
    let mut rows = db.prepare(sql).unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// How many entries are in this state.
pub(crate) fn count(ledger: &Path, state: &str) -> usize {
    states(ledger).iter().filter(|of| *of == state).count()
}

/// Opens the claims of all packs again, with these records: as a crash leaves them before the ledger is written.
pub(crate) fn begin_again(ledger: &Path, old: &[u8], new: &[u8]) {
    let begin = "INSERT OR REPLACE INTO journal SELECT id, ?1, ?2 FROM conversion \
        WHERE released = 0";
    open(ledger).execute(begin, params![old, new]).unwrap();
}

/// Makes a ledger one of an older version, with what that had tables for.
pub(crate) fn make_older(ledger: &Path, version: i32) {
    let steps =
        &[VERSION_4, VERSION_3, VERSION_2, VERSION_1][..=usize::try_from(4 - version).unwrap()];
    open(ledger).execute_batch(&steps.concat()).unwrap();
}

/// From version 5 to 4, which had the state and the records in each row of its one table.
const VERSION_4: &str = "
CREATE TABLE four (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    serial        TEXT NOT NULL,
    licenses      INTEGER NOT NULL,
    state         TEXT NOT NULL CHECK (state = 'begun' OR state = 'done' OR state = 'released'),
    path          ANY NOT NULL,
    target        ANY,
    device        INTEGER,
    inode         INTEGER,
    sector_0      INTEGER,
    sector_1      INTEGER,
    sector_2      INTEGER,
    sector_3      INTEGER,
    converted_at  INTEGER NOT NULL,
    old_digest    TEXT NOT NULL,
    new_digest    TEXT NOT NULL,
    old_record    BLOB,
    new_record    BLOB,
    container     ANY,
    born          INTEGER,
    copy_place    ANY,
    released      INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO four SELECT id, serial, licenses,
    CASE WHEN released <> 0 THEN 'released' WHEN journal.id IS NULL THEN 'done' ELSE 'begun' END,
    path, target, device, inode, sector_0, sector_1, sector_2, sector_3, converted_at, old_digest,
    new_digest, old_record, new_record, container, born, copy_place, released
    FROM conversion LEFT JOIN journal USING (id) ORDER BY id;
DROP TABLE journal;
DROP TABLE conversion;
ALTER TABLE four RENAME TO conversion;
CREATE UNIQUE INDEX live ON conversion (serial, released);
CREATE INDEX begun ON conversion (state) WHERE state = 'begun';
PRAGMA user_version = 4;
";

/// From version 4 to 3, whose indexes depended on the state.
const VERSION_3: &str = "
DROP INDEX live;
ALTER TABLE conversion DROP COLUMN released;
CREATE UNIQUE INDEX live ON conversion (serial) WHERE state <> 'released';
CREATE INDEX released ON conversion (serial) WHERE state = 'released';
PRAGMA user_version = 3;
";

/// From version 3 to 2, which did not know containers, files that were made anew, and copies whose folder was moved.
const VERSION_2: &str = "
ALTER TABLE conversion DROP COLUMN container;
ALTER TABLE conversion DROP COLUMN born;
ALTER TABLE conversion DROP COLUMN copy_place;
PRAGMA user_version = 2;
";

/// From version 2 to 1, which had one row for each serial, and no released ones.
const VERSION_1: &str = "
CREATE TABLE one (
    id INTEGER PRIMARY KEY AUTOINCREMENT, serial TEXT NOT NULL UNIQUE, licenses INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'done')), path ANY NOT NULL, target ANY,
    device INTEGER, inode INTEGER, sector_0 INTEGER, sector_1 INTEGER, sector_2 INTEGER,
    sector_3 INTEGER, converted_at INTEGER NOT NULL, old_digest TEXT NOT NULL,
    new_digest TEXT NOT NULL, old_record BLOB, new_record BLOB
) STRICT;
INSERT INTO one SELECT * FROM conversion WHERE state <> 'released';
DROP TABLE conversion;
ALTER TABLE one RENAME TO conversion;
CREATE INDEX begun ON conversion (state) WHERE state = 'begun';
PRAGMA user_version = 1;
";
