//! Writes made-up profiles to a Parquet file: `profiles FILE ROWS [CHANGED]`.
//!
//! Nine columns of text and numbers; every `CHANGED`th row differs from what it is without that argument.

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

const BATCH: u64 = 65_536;
const FIRST: [&str; 6] = ["Ann", "João", "Łukasz", "美咲", "Ελένη", "Siobhán"];
const LAST: [&str; 7] = ["Müller", "Gonçalves", "O'Brien", "佐藤", "Wójcik", "Smith", "da Silva"];
const CITIES: [&str; 5] = ["São Paulo", "Kraków", "Berlin", "Dublin", "Chicago"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(rows)) = (arguments.next(), arguments.next()) else {
        return Err("profiles FILE ROWS [CHANGED]".into());
    };
    let rows: u64 = rows.parse()?;
    let changed: u64 = arguments.next().map_or(Ok(u64::MAX), |text| text.parse())?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = None;
    for start in (0..rows).step_by(usize::try_from(BATCH)?) {
        let batch = batch(start..(start + BATCH).min(rows), changed)?;
        if writer.is_none() {
            writer =
                Some(ArrowWriter::try_new(File::create(&path)?, batch.schema(), Some(properties.clone()))?);
        }
        writer.as_mut().ok_or("no writer")?.write(&batch)?;
    }
    writer.ok_or("no rows")?.close()?;
    Ok(())
}

fn batch(rows: std::ops::Range<u64>, changed: u64) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let text = |of: &dyn Fn(u64) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.clone().map(of)))
    };
    let pick =
        |from: &[&str], row: u64| from[usize::try_from(row % from.len() as u64).unwrap_or(0)].to_owned();
    // Spread, so that neighbours in the file are none in the ledger.
    let scrambled = |row: u64| row.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let orders = rows
        .clone()
        .map(|row| i64::try_from(row % 90).unwrap_or(0) + i64::from(row % changed == changed - 1));
    let value =
        rows.clone().map(|row| f64::from(u32::try_from(scrambled(row) % 200_000).unwrap_or(0)) / 100.0);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Email", text(&|row| format!("profile.{:x}.{row}@example.com", scrambled(row)))),
        ("FirstName", text(&|row| pick(&FIRST, row))),
        ("LastName", text(&|row| pick(&LAST, row))),
        ("Phone", text(&|row| format!("+49 30 {:07}", scrambled(row) % 10_000_000))),
        ("City", text(&|row| pick(&CITIES, row / 3))),
        ("CustomerNumber", text(&|row| format!("{row:09}"))),
        ("LifetimeValue", Arc::new(Float64Array::from_iter_values(value))),
        ("Orders", Arc::new(Int64Array::from_iter_values(orders))),
        ("Birthday", text(&|row| format!("{}-{:02}-{:02}", 1940 + row % 65, 1 + row % 12, 1 + row % 28))),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}
