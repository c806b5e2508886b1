//! Times of records: seconds since 1970, and the last that reports for programs have a form for.

use crate::support::simulator::Pack;
use addpack::disk::Memory;
use addpack::pack::examine::{Examination, Remark, examine};
use addpack::record::fields::FileTime;

/// 9999-12-31 23:59:59 UTC.
const LAST: u64 = 2_650_467_743_990_000_000;

#[test]
fn times_are_whole_seconds_since_1970() {
    // 1601, 1970, 1998-06-01, and the last second of the year 9999.
    let times = [
        (0, -11_644_473_600),
        (116_444_736_000_000_000, 0),
        (125_411_328_000_000_000, 896_659_200),
        (LAST, FileTime::LAST_UNIX_SECOND),
    ];
    for (filetime, seconds) in times {
        assert_eq!(FileTime::from_unix_seconds(seconds), Some(FileTime(filetime)));
        assert_eq!(FileTime(filetime).unix_seconds(), seconds);
        assert_eq!(FileTime(filetime + 9_999_999).unix_seconds(), seconds);
    }
    assert_eq!(FileTime::from_unix_seconds(-11_644_473_601), None);
}

#[test]
fn time_past_the_year_9999_is_worth_a_word_from_its_first_second_on() {
    for (made_at, is_past) in [(LAST, false), (LAST + 9_999_999, false), (LAST + 10_000_000, true)]
    {
        let image = Pack::unused_40("12345-270-0000017-00012", 5, made_at).image();
        let Examination::Pack(pack) = examine(&Memory::new(image)).unwrap() else { panic!() };
        let is_noted = pack.notes.contains(&Remark::TimePast9999);
        assert_eq!(is_noted, is_past, "made at {made_at}");
    }
}
