//! Rows of PostgreSQL, all of them as they were at one time. Every value comes as JSON, so that whatever has a form in JSON can be read.

use std::borrow::Cow;

use postgres::Client;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};

use super::columns::{Column, Plan};
use super::{Cell, Pair, Row, Rows, Take, Which};
use crate::database::{self, Address};
use crate::item::format::Fault;

/// One view of the data for all questions; times in one form, whatever the server's settings.
const BEGIN: &str =
    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'";

const MEND: &str = "mend the source's `query`: it is one SELECT, which `psql` runs as well";

/// A query in a transaction.
pub(super) struct Postgres {
    client: Client,
    address: Address,
    query: String,
    columns: Vec<Column>,
    types: Vec<Type>,
}

type Parameter = Box<dyn ToSql + Sync>;

impl Postgres {
    /// Connects, and looks at what the query gives.
    pub fn open(address: &Address, query: &str) -> Result<Self, Fault> {
        let mut client = database::connect(address)?;
        let fault = |error| fault(address, &error);
        client.batch_execute(BEGIN).map_err(fault)?;
        let statement = client.prepare(&format!("SELECT * FROM (\n{query}\n) AS r")).map_err(fault)?;
        let column = |column: &postgres::Column| Column { name: column.name().to_owned(), kind: column.type_().name().to_owned() };
        let (columns, types) = statement.columns().iter().map(|own| (column(own), own.type_().clone())).unzip();
        Ok(Postgres { client, address: address.clone(), query: query.to_owned(), columns, types })
    }

    /// Asks for `what` of the rows, and hands each over as it comes.
    fn ask(
        &mut self,
        what: &str,
        rest: &str,
        parameter: Option<Parameter>,
        take: &mut dyn FnMut(&postgres::Row) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let sql = format!("SELECT {what} FROM (\n{}\n) AS r {rest}", self.query);
        let fault = |error| fault(&self.address, &error);
        let parameters = parameter.iter().map(|value| &**value as &(dyn ToSql + Sync));
        let mut rows = self.client.query_raw(&sql, parameters.collect::<Vec<_>>()).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            take(&row)?;
        }
        Ok(())
    }

    /// The name of a column's type, as a value is cast to it.
    fn kind(&self, column: usize) -> String {
        let of = &self.types[column];
        format!("{}.{}", identifier(of.schema()), identifier(of.name()))
    }

    /// The condition that a row has a watermark, or one that is not before this.
    fn since(&self, plan: &Plan<'_>, since: Option<&str>) -> (String, Option<Parameter>) {
        let column = plan.watermark.unwrap_or_default();
        let name = quoted(plan.name(column));
        match since {
            Some(mark) => (format!("{name} >= ($1::text)::{}", self.kind(column)), Some(Box::new(mark.to_owned()))),
            None => (format!("{name} IS NOT NULL"), None),
        }
    }
}

impl Rows for Postgres {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn rows(&mut self, plan: &Plan<'_>, which: Which<'_>, take: Take<'_>) -> Result<(), Fault> {
        let fields: String = plan.fields.iter().map(|(_, column)| format!(", to_json({})::text", quoted(plan.name(*column)))).collect();
        let what = format!("{}, {}, {}{fields}", text(plan, Some(plan.key)), text(plan, plan.watermark), text(plan, plan.deleted));
        let (rest, parameter): (String, Option<Parameter>) = match which {
            Which::All => (in_order(plan), None),
            Which::Since(mark) => {
                let (condition, parameter) = self.since(plan, Some(mark));
                let watermark = quoted(plan.name(plan.watermark.unwrap_or_default()));
                (format!("WHERE ({condition} OR {watermark} IS NULL) {}", in_order(plan)), parameter)
            }
            Which::These(pairs) => {
                let keys: Vec<String> = pairs.iter().map(|pair| pair.key.to_string()).collect();
                let condition = format!("WHERE {} = ANY (($1::text[])::{}[])", quoted(plan.name(plan.key)), self.kind(plan.key));
                (condition, Some(Box::new(keys)))
            }
        };
        let address = self.address.clone();
        self.ask(&what, &rest, parameter, &mut |row| {
            let value = |column: usize| row.try_get::<_, Option<&str>>(column).map_err(|error| fault(&address, &error));
            let cell = |column| Ok(value(column)?.map_or(Cell::Null, |json| Cell::Json(Cow::Borrowed(json))));
            let cells = (3..3 + plan.fields.len()).map(cell).collect::<Result<Vec<_>, Fault>>()?;
            take(Row { key: value(0)?, watermark: value(1)?, gone: value(2)?, cells: &cells })
        })
    }

    fn pairs(&mut self, plan: &Plan<'_>, take: &mut dyn FnMut(Option<Pair>)) -> Result<(), Fault> {
        let what = format!("{}, {}", text(plan, Some(plan.key)), text(plan, plan.watermark));
        let address = self.address.clone();
        self.ask(&what, &in_order(plan), None, &mut |row| {
            let value = |column: usize| row.try_get::<_, Option<&str>>(column).map_err(|error| fault(&address, &error));
            let watermark = value(1)?.map(Into::into);
            take(value(0)?.map(|key| Pair { key: key.into(), is_number: false, watermark }));
            Ok(())
        })
    }

    fn last(&mut self, plan: &Plan<'_>, since: Option<&str>) -> Result<Option<Box<str>>, Fault> {
        let (condition, parameter) = self.since(plan, since);
        let rest = format!("WHERE {condition} ORDER BY {} DESC LIMIT 1", quoted(plan.name(plan.watermark.unwrap_or_default())));
        let address = self.address.clone();
        let mut last = None;
        self.ask(&text(plan, plan.watermark), &rest, parameter, &mut |row| {
            last = row.try_get::<_, Option<&str>>(0).map_err(|error| fault(&address, &error))?.map(Into::into);
            Ok(())
        })?;
        Ok(last)
    }
}

/// The text of a column.
fn text(plan: &Plan<'_>, column: Option<usize>) -> String {
    column.map_or("NULL::text".to_owned(), |column| format!("{}::text", quoted(plan.name(column))))
}

/// By the bytes of the key's text, whatever the database's collation.
fn in_order(plan: &Plan<'_>) -> String {
    format!("ORDER BY convert_to({}, 'UTF8')", text(plan, Some(plan.key)))
}

/// A column of the query.
fn quoted(name: &str) -> String {
    format!("r.{}", identifier(name))
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn fault(address: &Address, error: &postgres::Error) -> Fault {
    database::failure(address, error, MEND).into()
}
