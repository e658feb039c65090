//! The authority that certificates are fetched from (ACME, RFC 8555).

use super::challenges::Challenges;
use super::fault::{Fault, is_of_account, is_of_proof, is_trouble, listed};
use super::folder::{Folder, Method, PendingOrder, StoredAccount};
use crate::clock::{self, Timestamp};
use crate::config::{Acme, Domain};
use crate::error::{Error, Result};
use crate::net;
use bytes::Bytes;
use futures_util::FutureExt;
use http_body_util::{BodyExt, Limited};
use hyper::header::RETRY_AFTER;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, HttpClient,
    Identifier, NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use reqwest_0_13::{Certificate, Client, redirect};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The largest answer, in bytes.
const MOST_BYTES: usize = 1024 * 1024;
/// How long the authority may take to look at the proofs, and to issue.
const PATIENCE: RetryPolicy = RetryPolicy::new().timeout(Duration::from_secs(90));
/// An order that is older is not gone on with; authorities keep them for about a week.
const ORDERS_LIVE: Duration = Duration::from_secs(3 * 24 * 3600);

pub struct Authority {
    directory: String,
    contact: Option<String>,
    http: Http,
}

impl Authority {
    /// # Errors
    /// In words for the operator: a file of root certificates that cannot be used.
    pub fn new(settings: &Acme) -> Result<Self> {
        net::use_ring();
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| Certificate::from_der(root));
        let mut roots = roots.collect::<Result<Vec<_>, _>>().map_err(Error::internal)?;
        if let Some(path) = &settings.ca_file {
            let private =
                net::roots_in(path).map_err(|problem| Error::Unavailable(format!("acme.ca_file: {problem}")))?;
            let private = private.iter().map(|root| Certificate::from_der(root)).collect::<Result<Vec<_>, _>>();
            roots.extend(private.map_err(Error::internal)?);
        }
        let client = Client::builder()
            .tls_certs_only(roots)
            .https_only(true)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN);
        let client = client.build().map_err(Error::internal)?;
        let contact = settings.contact.as_ref().map(|address| match address.contains(':') {
            true => address.clone(),
            false => format!("mailto:{address}"),
        });
        let http = Http { client, asks_to_wait: Arc::default() };
        Ok(Self { directory: settings.directory.as_str().to_owned(), contact, http })
    }

    pub fn directory(&self) -> &str {
        &self.directory
    }

    /// How long it has asked to be left alone, since this was last taken.
    pub fn take_asked_wait(&self) -> Option<Duration> {
        self.http.asks_to_wait.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Orders a certificate for all domains, or goes on with an order that was begun. Whatever comes of it stands in the
    /// answer, which is to be kept before `complete`: it is then not ordered a second time.
    ///
    /// # Errors
    /// Why there is no order.
    pub async fn order(
        &self,
        folder: &Folder,
        domains: &[Domain],
        begun: Option<PendingOrder>,
    ) -> Result<(Order, PendingOrder), Fault> {
        let kept = self.kept_account(folder).await?;
        let begun = begun.filter(|begun| clock::now().since(begun.made_at) < ORDERS_LIVE);
        if let (Some(account), Some(begun)) = (&kept, begun) {
            match account.order(begun.url.clone()).await {
                Ok(mut order) => {
                    if order.state().status != OrderStatus::Invalid {
                        return Ok((order, begun));
                    }
                }
                // It does not know it any more.
                Err(instant_acme::Error::Api(problem)) if !is_trouble(&problem) => {}
                Err(error) => return Err(self.fault(error, true)),
            }
        }
        let identifiers: Vec<_> = domains.iter().map(|domain| Identifier::Dns(domain.to_string())).collect();
        let wanted = NewOrder::new(&identifiers);
        let order = match kept {
            None => self.new_account(folder).await?.new_order(&wanted).await,
            Some(account) => match account.new_order(&wanted).await {
                // It has forgotten the account, or closed it.
                Err(instant_acme::Error::Api(problem)) if is_of_account(&problem) => {
                    self.new_account(folder).await?.new_order(&wanted).await
                }
                order => order,
            },
        };
        let order = order.map_err(|error| self.fault(error, false))?;
        let key = KeyPair::generate().map_err(|error| Fault::Refused(error.to_string()))?.serialize_pem();
        let begun = PendingOrder { url: order.url().to_owned(), key, made_at: clock::now() };
        Ok((order, begun))
    }

    /// Brings an order to its end; the answer is the key and the chain of the certificate in PEM.
    ///
    /// # Errors
    /// Why none came.
    pub async fn complete(
        &self,
        (order, begun): (&mut Order, &PendingOrder),
        domains: &[Domain],
        method: Method,
        challenges: &Challenges,
    ) -> Result<String, Fault> {
        if order.state().status == OrderStatus::Pending {
            let proven = self.prove(order, domains, method, challenges).await;
            challenges.clear();
            proven?;
        }
        if order.state().status == OrderStatus::Ready {
            let request = request(&begun.key, domains).map_err(|error| Fault::Refused(error.to_string()))?;
            order.finalize_csr(&request).await.map_err(|error| self.fault(error, true))?;
        }
        match order.poll_certificate(&PATIENCE).await {
            Ok(chain) => Ok(begun.key.clone() + &chain),
            Err(_) if order.state().status == OrderStatus::Invalid => Err(match order.state().error.clone() {
                Some(problem) => self.fault(instant_acme::Error::Api(problem), true),
                None => Fault::Refused("the authority has given up the order and does not say why".to_owned()),
            }),
            Err(error) => Err(self.fault(error, true)),
        }
    }

    fn builder(&self) -> instant_acme::AccountBuilder {
        Account::builder_with_http(Box::new(self.http.clone()))
    }

    /// The account that was kept, with the contact of the present settings.
    async fn kept_account(&self, folder: &Folder) -> Result<Option<Account>, Fault> {
        let stored = folder.account().map_err(|error| Fault::Refused(error.to_string()))?;
        let stored = stored.filter(|account| account.directory == self.directory);
        let Some(StoredAccount { contact: told, credentials, .. }) = stored else { return Ok(None) };
        let again = serde_json::to_value(&credentials).and_then(serde_json::from_value);
        let account = self.builder().from_credentials(credentials).await.map_err(|error| match error {
            instant_acme::Error::KeyRejected | instant_acme::Error::Crypto => Fault::Refused(folder.damaged_account()),
            error => self.fault(error, false),
        })?;
        if told == self.contact {
            return Ok(Some(account));
        }
        let contact: Vec<&str> = self.contact.as_deref().into_iter().collect();
        match account.update_contacts(&contact).await {
            Ok(()) => {
                self.keep(folder, again.map_err(|error| Fault::Refused(error.to_string()))?)?;
                Ok(Some(account))
            }
            Err(instant_acme::Error::Api(problem)) if is_of_account(&problem) => Ok(None),
            Err(error) => Err(self.fault(error, false)),
        }
    }

    async fn new_account(&self, folder: &Folder) -> Result<Account, Fault> {
        let contact: Vec<&str> = self.contact.as_deref().into_iter().collect();
        let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
        let made = self.builder().create(&new, self.directory.clone(), None).await;
        let (account, credentials) = made.map_err(|error| self.fault(error, false))?;
        self.keep(folder, credentials)?;
        Ok(account)
    }

    fn keep(&self, folder: &Folder, credentials: AccountCredentials) -> Result<(), Fault> {
        let (directory, contact) = (self.directory.clone(), self.contact.clone());
        let kept = folder.keep_account(&StoredAccount { directory, contact, credentials });
        kept.map_err(|error| Fault::Refused(error.to_string()))
    }

    async fn prove(
        &self,
        order: &mut Order,
        domains: &[Domain],
        method: Method,
        challenges: &Challenges,
    ) -> Result<(), Fault> {
        let kind = match method {
            Method::Tls => ChallengeType::TlsAlpn01,
            Method::Http => ChallengeType::Http01,
        };
        let mut authorizations = order.authorizations();
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.map_err(|error| self.fault(error, true))?;
            if authorization.status == AuthorizationStatus::Valid {
                continue;
            }
            let domain = authorization.identifier().to_string();
            let Some(mut challenge) = authorization.challenge(kind.clone()) else {
                let words = format!("the authority does not offer {} for {domain}", method.name());
                return Err(Fault::Unproven(words));
            };
            let answer = challenge.key_authorization();
            match method {
                Method::Http => challenges.expect_http(&challenge.token, answer.as_str()),
                Method::Tls => challenges
                    .expect_tls(&domain, answer.digest().as_ref())
                    .map_err(|error| Fault::Refused(error.to_string()))?,
            }
            challenge.set_ready().await.map_err(|error| match error {
                // Some authorities look for it at once.
                instant_acme::Error::Api(problem) if is_of_proof(&problem) => {
                    Fault::unproven(&domain, Some(&problem), method)
                }
                error => self.fault(error, true),
            })?;
        }
        match order.poll_ready(&PATIENCE).await {
            Ok(OrderStatus::Ready) => Ok(()),
            Err(error) if order.state().status != OrderStatus::Invalid => Err(self.fault(error, true)),
            Ok(_) | Err(_) => Err(unproven(order, domains, method).await),
        }
    }

    fn fault(&self, error: instant_acme::Error, is_ordered: bool) -> Fault {
        Fault::new(&self.directory, error, is_ordered)
    }
}

/// What the authority found instead of the proof.
async fn unproven(order: &mut Order, domains: &[Domain], method: Method) -> Fault {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        let domain = authorization.identifier().to_string();
        let Ok(state) = authorization.refresh().await else { continue };
        if let Some(problem) = state.challenges.iter().find_map(|challenge| challenge.error.as_ref()) {
            return Fault::unproven(&domain, Some(problem), method);
        }
    }
    Fault::unproven(&listed(domains), order.state().error.as_ref(), method)
}

/// The request to certify a key.
fn request(key: &str, domains: &[Domain]) -> Result<Vec<u8>> {
    let names: Vec<String> = domains.iter().map(Domain::to_string).collect();
    let mut parameters = CertificateParams::new(names).map_err(Error::internal)?;
    parameters.distinguished_name = DistinguishedName::new();
    let key = KeyPair::from_pem(key).map_err(Error::internal)?;
    Ok(parameters.serialize_request(&key).map_err(Error::internal)?.der().to_vec())
}

/// The way to the authority.
#[derive(Clone)]
struct Http {
    client: Client,
    asks_to_wait: Arc<Mutex<Option<Duration>>>,
}

impl HttpClient for Http {
    fn request(
        &self,
        request: hyper::Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, instant_acme::Error>> + Send>> {
        let this = self.clone();
        async move {
            let other = |error: reqwest_0_13::Error| instant_acme::Error::Other(Box::new(error));
            let (head, body) = request.into_parts();
            let body = match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(never) => match never {},
            };
            let sent = this.client.request(head.method, head.uri.to_string()).headers(head.headers).body(body);
            let answer: hyper::Response<_> = sent.send().await.map_err(other)?.into();
            // The library obeys it while it waits for an order, and forgets it with every refusal.
            let wait = answer.headers().get(RETRY_AFTER).filter(|_| answer.status().as_u16() >= 400);
            if let Some(wait) = wait.and_then(|wait| retry_after(wait.to_str().ok()?, clock::now())) {
                *this.asks_to_wait.lock().unwrap_or_else(PoisonError::into_inner) = Some(wait);
            }
            Ok(answer.map(|body| Limited::new(body, MOST_BYTES)).into())
        }
        .boxed()
    }
}

/// Seconds, or a moment (RFC 9110, 10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Timestamp::from_millis(moment.as_millisecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_to_wait_is_told_in_seconds_or_as_a_moment() {
        let now = Timestamp::parse("2026-01-31T08:30:00Z").unwrap();
        assert_eq!(retry_after("3600", now), Some(Duration::from_secs(3600)));
        assert_eq!(retry_after("Sat, 31 Jan 2026 08:31:00 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sat, 31 Jan 2026 08:29:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }
}
