//! Ids for new records. The only room of the house where chance may enter: what it gives is written into a record and kept.

use std::hash::{BuildHasher, Hasher, RandomState};

use chrono::NaiveDate;

/// Letters and digits that are not taken for one another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A new id of ten letters and digits: three for the day, so that ids sort roughly by age, and seven by chance.
pub fn mint_id(today: NaiveDate) -> String {
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    let day = (today - epoch).num_days().rem_euclid(1 << 15) as u64;
    let chance = RandomState::new().build_hasher().finish();
    let bits = day << 35 | chance & ((1 << 35) - 1);
    (0..10).rev().map(|at| ALPHABET[(bits >> (5 * at)) as usize & 31] as char).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_short_and_differ_and_sort_by_day() {
        let day = |day| NaiveDate::from_ymd_opt(2018, 2, day).expect("a day");
        let ids: BTreeSet<String> = (0..1000).map(|_| mint_id(day(9))).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 10 && id.bytes().all(|byte| ALPHABET.contains(&byte))));
        assert!(mint_id(day(10)) > *ids.last().expect("a thousand"));
    }
}
