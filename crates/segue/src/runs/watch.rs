//! A run as it goes on, until it has ended.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::show;
use crate::api::{Api, Ask};
use crate::exit::{Code, Failure};
use crate::show::print;

const TICK: Duration = Duration::from_millis(200);

/// Follows a run, and gives it when it has ended.
pub(crate) async fn ended(api: &Api, id: &str) -> Result<Value, Failure> {
    let bar = ProgressBar::no_length().with_style(style(false));
    bar.enable_steady_tick(TICK);
    let followed = follow(api, id, &bar).await;
    bar.finish_and_clear();
    followed
}

/// Follows a run, shows it when it has ended, and ends as it did.
pub(super) async fn to_the_end(api: &Api, id: &str, json: bool) -> Result<Code, Failure> {
    let run = ended(api, id).await?;
    let code = show::code(&run);
    print(&if json { run.to_string() } else { show::shown(run)? })?;
    Ok(code)
}

/// The run when it has ended. A stream that ends before is begun again: each lasts for some minutes only.
async fn follow(api: &Api, id: &str, bar: &ProgressBar) -> Result<Value, Failure> {
    let mut latest = Value::Null;
    loop {
        let events = Ask::get(&["runs", id, "events"])?;
        api.events(events, |run| {
            draw(bar, &run);
            latest = run;
            Ok(has_ended(&latest))
        })
        .await?;
        if has_ended(&latest) {
            return Ok(latest);
        }
    }
}

fn has_ended(run: &Value) -> bool {
    !run["ended_at"].is_null()
}

fn style(has_total: bool) -> ProgressStyle {
    let template =
        if has_total { "  {msg} [{bar:30}] {human_pos} of {human_len}" } else { "  {spinner} {msg}" };
    // A template that is wrong is shown as the default one.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

fn draw(bar: &ProgressBar, run: &Value) {
    let progress = &run["progress"];
    let total = progress["total"].as_u64();
    bar.set_style(style(total.is_some()));
    bar.set_length(total.unwrap_or_default());
    bar.set_position(progress["done"].as_u64().unwrap_or_default());
    let status = run["status"].as_str().unwrap_or_default().replace('_', " ");
    bar.set_message(match (progress["step"].as_str(), run["cause"].as_str()) {
        (Some(step), _) if !step.is_empty() => step.to_owned(),
        (_, Some(cause)) if !cause.is_empty() => format!("{status}: {cause}"),
        _ => status,
    });
}
