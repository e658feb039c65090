//! What administrators are told of the running server.

use super::shapes::acknowledgement;
use crate::clock::Timestamp;
use serde::Serialize;
use ts_rs::TS;

/// How it stands with the certificate that HTTPS is served with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum CertificateState {
    Good,
    /// It ends soon, and a newer one should long have been there.
    Ending,
    /// There is none yet that a client would trust.
    Missing,
    Expired,
}

acknowledgement! {
    /// Figures of one moment. What is counted since the start only grows: who asks again sees what came between.
    ServerFigures {
        at: Timestamp,
        started_at: Timestamp,
        version: String,
        commit: String,
        online: OnlineFigures,
        traffic: TrafficFigures,
        /// From the commit of something until it was handed to a connection that hears of it.
        delivery: TimesFigures,
        /// Of a batch of commands, until it was on the disk.
        commit_time: TimesFigures,
        queues: QueueFigures,
        process: ProcessFigures,
        /// None while the database does not answer.
        #[serde(skip_serializing_if = "Option::is_none")]
        kept: Option<KeptFigures>,
        /// Bytes that are free on the disk of the data folder.
        #[serde(skip_serializing_if = "Option::is_none")]
        free_bytes: Option<u64>,
        log: LogFigures,
        /// What HTTPS is served with, where this server itself encrypts.
        #[serde(skip_serializing_if = "Option::is_none")]
        certificate: Option<CertificateStatus>,
    }
    /// How it stands with the certificate.
    CertificateStatus {
        state: CertificateState,
        /// When the present one ends; none when it is a stopgap.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_after: Option<Timestamp>,
        /// Why there is no newer one, in words for the operator.
        #[serde(skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    }
    OnlineFigures { accounts: usize, websockets: usize, polling: usize }
    /// Since the start.
    TrafficFigures {
        messages: u64,
        commands: u64,
        refused: u64,
        deliveries: u64,
        commits: u64,
        failed_commits: u64,
        slow_consumers: u64,
        /// Rooms that were caught up for clients that had been away.
        recoveries: u64,
        /// Those of which so much was missed that the client began anew.
        recoveries_afresh: u64,
        /// Runs of work that comes round by itself.
        jobs: u64,
        failed_jobs: u64,
    }
    /// How many fell between which bounds, since the start.
    TimesFigures {
        /// Upper bounds, ascending, in microseconds.
        up_to: Vec<u64>,
        /// One for each, and one for what took longer.
        counts: Vec<u64>,
    }
    QueueFigures {
        /// Commands that wait to be written.
        unwritten: usize,
        /// Commits, and what is not stored, that wait to be told.
        untold: usize,
        /// What waits for websockets together, in bytes.
        outbound_bytes: usize,
    }
    ProcessFigures {
        memory_bytes: u64,
        /// Of all processors together, since the start.
        cpu_seconds: f64,
        open_files: usize,
        /// How many it may have.
        #[serde(skip_serializing_if = "Option::is_none")]
        most_files: Option<u64>,
    }
    /// In bytes, and in numbers.
    KeptFigures {
        database_bytes: u64,
        wal_bytes: u64,
        files: i64,
        file_bytes: i64,
        uploads: i64,
        /// Messages that are not in the search index yet.
        unindexed: i64,
        /// Whether the search index cannot be kept up.
        index_faulty: bool,
    }
    /// Lines since the start.
    LogFigures { errors: u64, warnings: u64, slow_queries: u64 }
}
