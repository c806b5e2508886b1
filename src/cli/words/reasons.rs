//! Why packs are refused or could not be read, for those who decide what is done about it.

use super::codes::pages;
use std::borrow::Cow;

/// The reason in the place of its code where the layout of a record is not known: that is counted apart from damage.
const UNKNOWN_LAYOUT: &str = "damaged-record of unknown layout";

/// Why an image is refused, as it is counted: by the code of its first finding.
pub(crate) fn reason(code: &str, is_unknown_layout: bool) -> &str {
    if is_unknown_layout { UNKNOWN_LAYOUT } else { code }
}

/// What happened, and what it takes, by the [`reason`].
pub(crate) fn what_it_takes(reason: &str) -> (Cow<'static, str>, Cow<'static, str>) {
    const REPLACEMENT: &str = "A replacement (addpack replace)";
    const READ_AGAIN: &str = "Read the diskette again; else a replacement (addpack replace)";
    let (happened, takes) = match reason {
        UNKNOWN_LAYOUT => (
            "The record has a layout that addpack does not know; it may be a genuine diskette",
            "Nothing: it is left alone",
        ),
        "post-upgrade-reapply" => ("Given to a 4.5 server before it was converted", REPLACEMENT),
        "out-of-order-reapply" => ("Reapplied in the wrong order on a 4.0 server", REPLACEMENT),
        "inconsistent-history" => ("Its history cannot have happened", REPLACEMENT),
        "damaged-record" => ("The record on the diskette is damaged", READ_AGAIN),
        "damaged-media" => ("The diskette, or its dump, is damaged or incomplete", READ_AGAIN),
        "copy-of-converted" => ("Converted from another copy", "Nothing: use the converted one"),
        "newer-state-refused" => {
            ("A later image of the same pack is refused", "A replacement for the later one")
        }
        "diverged-copies" => {
            ("Images of one pack have different histories", "Find out which one is the diskette")
        }
        "serial-clash" => ("Two packs have one serial number", "Look at the labels of both"),
        "two-converted" => ("Converted twice", "Use one of the two, and put the other away"),
        other => return of_page(other),
    };
    (happened.into(), takes.into())
}

/// The same, from the page of a code in `addpack explain`.
fn of_page(code: &str) -> (Cow<'static, str>, Cow<'static, str>) {
    let page = pages().into_iter().find(|page| page.code == code).unwrap_or_default();
    (page.summary().to_owned().into(), page.action.into())
}
