//! A measured stretch of time: what was done in it, and what that took.

use super::crowd::Crowd;
use super::recording::Recording;
use crate::failure::Result;
use crate::peers::Server;
use crate::process::{Process, own_cpu};
use std::time::{Duration, Instant};

/// How long what is under way may take to arrive once nothing more is sent.
const SETTLE_WITHIN: Duration = Duration::from_secs(20);

/// What was measured.
pub struct Window {
    /// Of the server, all threads.
    pub cpu: Duration,
    /// Of the load generator.
    pub own_cpu: Duration,
    /// From the first send until the last plan's end, without waiting for what was still under way.
    pub sending: Duration,
    /// From the first send until the last delivery.
    pub span: Duration,
    pub messages: u64,
    pub deliveries: u64,
    pub recording: Recording,
}

impl Window {
    /// Microseconds of the server's processor for each delivery.
    pub fn cpu_per_delivery(&self) -> f64 {
        per(self.cpu, self.deliveries)
    }

    /// Microseconds of the server's processor for each message with all its deliveries.
    pub fn cpu_per_message(&self) -> f64 {
        per(self.cpu, self.messages)
    }

    /// Microseconds of the load generator's processor for each delivery.
    pub fn own_cpu_per_delivery(&self) -> f64 {
        per(self.own_cpu, self.deliveries)
    }

    pub fn deliveries_per_second(&self) -> f64 {
        self.deliveries as f64 / self.span.as_secs_f64()
    }

    pub fn messages_per_second(&self) -> f64 {
        self.messages as f64 / self.sending.as_secs_f64()
    }

    /// Send to delivered at a quantile (0.5, 0.99), in milliseconds.
    pub fn delivered_ms(&self, quantile: f64) -> f64 {
        self.recording.delivered.value_at_quantile(quantile) as f64 / 1e6
    }

    /// Send to acknowledged at a quantile, in milliseconds.
    pub fn acked_ms(&self, quantile: f64) -> f64 {
        self.recording.acked.value_at_quantile(quantile) as f64 / 1e6
    }
}

fn per(time: Duration, count: u64) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// Measures a plan, which returns how many messages it sent, from its first send until everything has arrived: so the
/// processor time belongs to exactly these messages.
///
/// # Errors
/// `Broken` when something did not arrive as it should; the plan's.
pub async fn measure(server: &Server, crowd: &Crowd, plan: impl Future<Output = Result<u64>>) -> Result<Window> {
    measure_all(&[&server.process], crowd, plan).await
}

/// The same where several processes serve together.
///
/// # Errors
/// As `measure`.
pub async fn measure_all(
    servers: &[&Process],
    crowd: &Crowd,
    plan: impl Future<Output = Result<u64>>,
) -> Result<Window> {
    let cpu_so_far = || servers.iter().map(|server| server.cpu()).sum::<Result<Duration>>();
    crowd.ledger.take_recording();
    let (cpu, own, deliveries) = (cpu_so_far()?, own_cpu()?, crowd.ledger.deliveries());
    let began = Instant::now();
    let messages = plan.await?;
    let sending = began.elapsed();
    crowd.ledger.settle(SETTLE_WITHIN).await?;
    let (cpu, own) = (cpu_so_far()? - cpu, own_cpu()? - own);
    let recording = crowd.ledger.take_recording();
    Ok(Window {
        cpu,
        own_cpu: own,
        sending,
        span: recording.last_delivery - began,
        messages,
        deliveries: crowd.ledger.deliveries() - deliveries,
        recording,
    })
}

/// Runs a plan that is not measured, and waits until everything has arrived.
///
/// # Errors
/// As `measure`.
pub async fn warm_up(crowd: &Crowd, plan: impl Future<Output = Result<u64>>) -> Result<()> {
    plan.await?;
    crowd.ledger.settle(SETTLE_WITHIN).await
}
