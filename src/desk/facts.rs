//! What the tables know of themselves: numbers by name.

use postgres::{Error, GenericClient};

/// By which config everything was loaded.
pub(super) const CONFIG: &str = "config";
/// By which config the load places items that writes, or wrote last.
pub(super) const LOADING: &str = "loading";
/// Where documents go.
pub(super) const PLACE: &str = "place";
/// Whether a store may have a list of what stands in it.
pub(super) const INDEX: &str = "index";

pub(super) fn known(client: &mut impl GenericClient, name: &str) -> Result<Option<i64>, Error> {
    Ok(client.query_opt("select value from meta where key = $1", &[&name])?.map(|row| row.get(0)))
}

pub(super) fn keep(client: &mut impl GenericClient, name: &str, value: i64) -> Result<(), Error> {
    let keep = "insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value";
    client.execute(keep, &[&name, &value]).map(drop)
}
