//! The command line: `push`, what an installation keeps and does, here or at a server, the server itself, and `sandbox`
//! and `demo` to try it without an account.

mod api;
mod audit;
mod bar;
mod cli;
mod config;
mod connections;
mod customers;
mod database;
mod demo;
mod examples;
mod exit;
mod exports;
mod input;
mod key;
mod keys;
mod lane;
mod master_key;
mod profiles;
mod push;
mod refresh;
mod runs;
mod sandbox;
mod segments;
mod serve;
mod show;
mod signals;
mod suggest;
mod tables;
mod tokens;
mod users;
mod worker;
mod workspace;

use std::error::Error;
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::cli::Command;
use crate::config::Asked;
use crate::serve::LogForm;

// Contacts are many short texts, made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let Asked { cli, effective } = match config::read(std::env::args_os()) {
        Ok(asked) => asked,
        Err(failure) => {
            show::say(&format!("error: {failure}"));
            return failure.code().into();
        }
    };
    log(&cli.command);
    // A push waits for the network most of the time: one thread does it without waking others, beside those that plan
    // and pack. Servers have many connections.
    let mut builder = match cli.command {
        Command::Sandbox(_) | Command::Serve(_) | Command::Worker(_) => {
            tokio::runtime::Builder::new_multi_thread()
        }
        _ => tokio::runtime::Builder::new_current_thread(),
    };
    let runtime = match builder.enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            show::say(&format!("error: this machine gives the program no threads: {error}"));
            return exit::Code::Failure.into();
        }
    };
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Push(push) => push::push(*push).await,
            Command::Tables(tables) => tables::run(tables).await,
            Command::Segments(segments) => segments::run(segments).await,
            Command::Connections(connections) => connections::run(connections).await,
            Command::Exports(exports) => exports::run(exports).await,
            Command::Runs(runs) => runs::run(runs).await,
            Command::Refresh(refresh) => refresh::run(refresh).await,
            Command::Serve(serve) if serve.show_config => {
                let text = serve.workspace.folder.path().map(|state| effective.text(&state));
                text.and_then(|text| show::print(&text)).map(|()| exit::Code::Done)
            }
            Command::Serve(serve) => serve::run(serve).await,
            Command::Worker(work) => worker::run(work).await,
            Command::Users(users) => users::run(users).await,
            Command::Tokens(tokens) => tokens::run(tokens).await,
            Command::Profiles(asked) => profiles::run(asked).await,
            Command::Audit(audit) => audit::run(audit).await,
            Command::Keys(keys) => keys::run(keys).await,
            Command::Sandbox(sandbox) => sandbox::run(sandbox).await,
            Command::Demo(demo) => demo::run(&demo).await,
        }
    });
    // A thread that still reads or plans must not keep an interrupted program alive.
    runtime.shutdown_background();
    match ended {
        Ok(code) => code.into(),
        Err(failure) => {
            show::say_error(&failure);
            // What it comes from is for logs. The first of it has just been said.
            let mut cause = failure.source().and_then(Error::source);
            while let Some(source) = cause {
                tracing::debug!("because: {source}");
                cause = source.source();
            }
            failure.code().into()
        }
    }
}

/// Begins the log on standard error. A server tells of every request, other commands of trouble only, unless `SEGUE_LOG`
/// says otherwise.
fn log(command: &Command) {
    let (level, form) = match command {
        Command::Serve(serve) => ("info", serve.log),
        Command::Worker(work) => ("info", work.log),
        _ => ("warn", LogForm::Text),
    };
    let filter = EnvFilter::try_from_env("SEGUE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let is_watched = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match form {
        LogForm::Text => subscriber.with_ansi(is_watched).init(),
        LogForm::Json => {
            subscriber.json().init();
            show::say_json();
        }
    }
}
