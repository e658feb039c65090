//! When a certificate is fetched: in time, never in a hurry, and never so often that an authority would mind.

use super::Certificates;
use super::authority::Authority;
use super::fault::{Fault, listed};
use super::folder::{Attempts, Folder, Method};
use super::pace::{begin, patience, renewal, spread};
use super::pair::Pair;
use crate::clock::{self, Timestamp};
use crate::config::{Config, Domain};
use crate::contract::CertificateState;
use crate::error::Result;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// The clock of the system may be set meanwhile, and what could not be written may be by then.
const LOOK_EVERY: Duration = Duration::from_secs(600);
/// The longest that an authority is left alone because it asks for it.
const ASKED_MOST: Duration = Duration::from_secs(24 * 3600);
pub struct Renewal {
    folder: Folder,
    authority: Authority,
    domains: Vec<Domain>,
    /// HTTP is answered, so that a domain can be proven by it.
    answers_http: bool,
}

/// Where it stands with fetching one.
struct Progress {
    attempts: Attempts,
    /// The attempts are not on the disk as they are here.
    is_unnoted: bool,
    /// A certificate in PEM that is in use and not on the disk.
    unkept: Option<String>,
    /// The certificate in use is of an authority that is not asked any more.
    is_of_other: bool,
}

impl Renewal {
    /// # Errors
    /// In words for the operator.
    pub fn open(config: &Config) -> Result<Self> {
        Ok(Self {
            folder: Folder::open(&config.data_dir)?,
            authority: Authority::new(&config.acme)?,
            domains: config.domain.clone(),
            answers_http: config.tls.redirect_listen.is_some(),
        })
    }

    /// The certificate that was fetched last.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn stored(&self) -> Result<Option<Pair>> {
        let Some(pem) = self.folder.certificate()? else { return Ok(None) };
        Ok(Pair::read(&pem, &pem)
            .inspect_err(|problem| tracing::error!(%problem, "the stored certificate is left aside"))
            .ok())
    }

    /// Fetches a certificate whenever one is due.
    pub async fn keep_up(&self, certificates: &Certificates) {
        loop {
            // It ends in no other way; a library that panics must not end all renewals to come.
            let _panic = AssertUnwindSafe(self.fetch_when_due(certificates)).catch_unwind().await;
            tracing::error!("fetching a certificate failed by a fault of the program; it is tried again later");
            certificates.note(Some("fetching one failed by a fault of the program; the log tells more".to_owned()));
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn fetch_when_due(&self, certificates: &Certificates) {
        let mut progress = self.progress();
        loop {
            let due = self.due(certificates, &progress);
            let now = clock::now();
            if due <= now {
                if certificates.status().state == CertificateState::Missing && certificates.status().problem.is_none() {
                    certificates.note(Some("the first one is being fetched".to_owned()));
                }
                self.attempt(certificates, &mut progress).await;
                continue;
            }
            let in_vain = progress.attempts.failures > 0 || progress.attempts.unreached > 0;
            if in_vain && certificates.status().problem.is_none() {
                let path = self.folder.attempts_path();
                certificates.note(Some("the authority was asked in vain before the start".to_owned()));
                tracing::warn!(next = %due, "the authority was asked in vain before the start, and is not asked again \
                    before then; remove {} to have it asked at once", path.display());
            }
            tokio::time::sleep(due.since(now).min(LOOK_EVERY)).await;
            self.settle_later(certificates, &mut progress);
        }
    }

    fn progress(&self) -> Progress {
        // Whoever cannot read it has no certificate, and fetches one in any case.
        let directory = self.folder.certificate_directory().unwrap_or_default();
        let is_of_other = directory.is_some_and(|directory| directory != self.authority.directory());
        Progress { attempts: self.attempts(), is_unnoted: false, unkept: None, is_of_other }
    }

    fn attempts(&self) -> Attempts {
        let fresh = self.fresh();
        let kept = self.folder.attempts().unwrap_or_else(|error| {
            tracing::warn!(%error, "what is known of earlier attempts cannot be read");
            None
        });
        kept.filter(|kept| kept.directory == fresh.directory && kept.domains == fresh.domains).unwrap_or(fresh)
    }

    fn fresh(&self) -> Attempts {
        let (directory, domains) = (self.authority.directory().to_owned(), self.domains.iter().map(Domain::to_string));
        Attempts { directory, domains: domains.collect(), ..Attempts::default() }
    }

    /// When the authority is to be asked next.
    fn due(&self, certificates: &Certificates, progress: &Progress) -> Timestamp {
        let (pair, now, attempts) = (certificates.pair(), clock::now(), &progress.attempts);
        let is_wrong = certificates.status().not_after.is_none() || progress.is_of_other || !self.is_for_us(&pair);
        let due = if is_wrong { now } else { renewal(&pair, attempts.fetched_at, now) };
        // What is further away than it ever is was noted while the clock was wrong.
        let wait = attempts.not_before.filter(|moment| moment.since(now) <= ASKED_MOST);
        wait.map_or(due, |moment| due.max(moment))
    }

    fn is_for_us(&self, pair: &Pair) -> bool {
        self.domains.iter().all(|domain| pair.names(domain.as_str()))
    }

    async fn attempt(&self, certificates: &Certificates, progress: &mut Progress) {
        let before = progress.attempts.clone();
        // What it asked for on the way to the last certificate is over.
        let _outdated = self.authority.take_asked_wait();
        begin(&mut progress.attempts, clock::now());
        if let Err(error) = self.folder.keep_attempts(&progress.attempts) {
            // Without a note each restart would ask again, however often it was refused.
            let problem = format!("{error}; where nothing can be noted, the authority is not asked");
            tracing::error!(problem, "no certificate was fetched; what there is stays in use");
            certificates.note(Some(problem));
            progress.attempts = Attempts { not_before: Some(clock::now() + LOOK_EVERY), ..before };
            return;
        }
        match self.fetch_in_turn(certificates, &mut progress.attempts, &before).await {
            Err(fault) => self.give_up_for_now(certificates, progress, &before, &fault),
            Ok((pair, pem, method)) => {
                let fetched_at = Some(clock::now());
                let done = Attempts { method: Some(method), fetched_at, ..self.fresh() };
                let order = progress.attempts.order.take();
                progress.attempts = done;
                (progress.unkept, progress.is_unnoted, progress.is_of_other) = (Some(pem), true, false);
                let kept = self.settle(progress);
                if kept.is_err() {
                    // After a restart it is fetched from this order once more, and not ordered anew.
                    let ordered = Attempts { order, not_before: None, ..before };
                    let _still_ordered = self.folder.keep_attempts(&ordered);
                }
                certificates.exchange(pair);
                self.tell_unkept(certificates, kept);
            }
        }
    }

    /// Proves the domains in the way that worked last; where it does not, the next attempt does it in the other one, and
    /// the first attempt of all at once.
    async fn fetch_in_turn(
        &self,
        certificates: &Certificates,
        attempts: &mut Attempts,
        before: &Attempts,
    ) -> Result<(Pair, String, Method), Fault> {
        let first = before.method.filter(|method| *method == Method::Tls || self.answers_http).unwrap_or(Method::Tls);
        let method = if before.failures.is_multiple_of(2) { first } else { self.other(first) };
        let fetched = self.fetch(certificates, attempts, method).await;
        let other = self.other(method);
        let words = match fetched {
            Err(Fault::Unproven(words)) if before.failures == 0 && other != method => words,
            fetched => return fetched.map(|(pair, pem)| (pair, pem, method)),
        };
        tracing::info!(words, "a domain was not proven; another way is tried");
        let fetched = self.fetch(certificates, attempts, other).await;
        // The authority counts the first one, whatever became of the second.
        let fetched = fetched.map_err(|fault| Fault::Unproven(format!("{words}; {}", fault.words())));
        fetched.map(|(pair, pem)| (pair, pem, other))
    }

    async fn fetch(
        &self,
        certificates: &Certificates,
        attempts: &mut Attempts,
        method: Method,
    ) -> Result<(Pair, String), Fault> {
        let (mut order, begun) = self.authority.order(&self.folder, &self.domains, attempts.order.take()).await?;
        attempts.order = Some(begun.clone());
        self.folder.keep_attempts(attempts).map_err(|error| Fault::Refused(error.to_string()))?;
        let challenges = &certificates.challenges;
        let completed = self.authority.complete((&mut order, &begun), &self.domains, method, challenges).await;
        let checked = completed.and_then(|pem| Ok((self.checked(certificates, &pem)?, pem)));
        if checked.as_ref().is_err_and(|fault| !fault.is_away()) {
            attempts.order = None;
        }
        checked
    }

    /// Looks at what the authority sent before it takes the place of what there is.
    fn checked(&self, certificates: &Certificates, pem: &str) -> Result<Pair, Fault> {
        let refuse = |problem: String| Fault::Refused(format!("the authority's certificate: {problem}"));
        let pair = Pair::read(pem.as_bytes(), pem.as_bytes()).map_err(|problem| refuse(problem.to_string()))?;
        if !self.is_for_us(&pair) {
            return Err(refuse(format!("it does not name all of {}", listed(&self.domains))));
        }
        let now = clock::now();
        let has_good_one = certificates.status().not_after.is_some_and(|until| now < until);
        // Where there is no good one, it may be the clock that is wrong: others can still be served with this one.
        if (pair.validity.is_over(now) || now < pair.validity.not_before) && has_good_one {
            let (from, until) = (pair.validity.not_before, pair.validity.not_after);
            return Err(refuse(format!("it is good from {from} to {until}, which is not now by this machine's clock")));
        }
        Ok(pair)
    }

    fn give_up_for_now(&self, certificates: &Certificates, progress: &mut Progress, before: &Attempts, fault: &Fault) {
        let attempts = &mut progress.attempts;
        let wait = patience(fault, if fault.is_away() { before.unreached } else { before.failures });
        if fault.is_away() {
            (attempts.failures, attempts.unreached) = (before.failures, before.unreached.saturating_add(1));
            // Nothing was asked, and what was ordered before still is.
            attempts.order = attempts.order.take().or_else(|| before.order.clone());
        } else {
            attempts.unreached = 0;
        }
        let asked = self.authority.take_asked_wait().unwrap_or_default().min(ASKED_MOST);
        let next = clock::now() + spread(wait).max(asked);
        attempts.not_before = Some(next);
        progress.is_unnoted = true;
        if let Err(error) = self.settle(progress) {
            tracing::warn!(%error, "the attempt could not be noted");
        }
        let problem = fault.words();
        certificates.note(Some(problem.to_owned()));
        tracing::error!(problem, %next, "no certificate was fetched; what there is stays in use");
    }

    /// Writes down what is not yet.
    fn settle(&self, progress: &mut Progress) -> Result<()> {
        if let Some(pem) = &progress.unkept {
            self.folder.keep_certificate(self.authority.directory(), pem)?;
            progress.unkept = None;
        }
        if progress.is_unnoted {
            self.folder.keep_attempts(&progress.attempts)?;
            progress.is_unnoted = false;
        }
        Ok(())
    }

    /// The same after it could not be done.
    fn settle_later(&self, certificates: &Certificates, progress: &mut Progress) {
        let was_unkept = progress.unkept.is_some();
        let settled = self.settle(progress);
        if was_unkept {
            if settled.is_ok() {
                certificates.note(None);
            }
            self.tell_unkept(certificates, settled);
        }
    }

    fn tell_unkept(&self, certificates: &Certificates, kept: Result<()>) {
        if let Err(error) = kept {
            let problem = format!("{error}; the present one is in use, but lost with the next restart");
            tracing::error!(problem, "the new certificate could not be kept");
            certificates.note(Some(problem));
        }
    }

    fn other(&self, method: Method) -> Method {
        match method {
            Method::Tls if self.answers_http => Method::Http,
            Method::Tls | Method::Http => Method::Tls,
        }
    }
}
