//! Why no certificate came, in words for whoever can mend it.

use super::folder::Method;
use crate::config::Domain;
use instant_acme::Problem;

/// Characters of what others say that are passed on.
const MOST_CHARS: usize = 400;
/// Signs in what an authority says that a domain has no address.
const UNKNOWN: [&str; 4] = ["NXDOMAIN", "no such host", "not resolve", "No valid IP addresses"];
/// What an authority calls a proof that it did not find, or not as it should be (RFC 8555, 6.7).
const OF_PROOFS: [&str; 6] = ["dns", "connection", "caa", "unauthorized", "incorrectResponse", "tls"];

/// Why no certificate came.
#[derive(Debug)]
pub enum Fault {
    /// The authority was not reached, or is out of order, and nothing was ordered.
    Unreachable(String),
    /// The same after something was ordered: the order can be gone on with.
    Unfinished(String),
    /// It looked for the proof of a domain, and did not find it.
    Unproven(String),
    /// It refused something else, or something stands against it here.
    Refused(String),
}

impl Fault {
    pub fn words(&self) -> &str {
        match self {
            Self::Unreachable(words) | Self::Unfinished(words) | Self::Unproven(words) | Self::Refused(words) => words,
        }
    }

    /// Whether the authority has said nothing against it.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Unfinished(_))
    }

    /// What it means that something failed, before or after something was ordered of `authority`.
    pub fn new(authority: &str, error: instant_acme::Error, is_ordered: bool) -> Self {
        let words = match error {
            instant_acme::Error::Api(problem) if !is_trouble(&problem) => return Self::Refused(refused(&problem)),
            instant_acme::Error::Api(problem) => {
                format!("the authority at {authority} is in trouble (it says: {})", said(&problem))
            }
            instant_acme::Error::Timeout(_) => {
                format!("the authority at {authority} has not come to an end with it in time")
            }
            error => clean(&format!("the authority at {authority} does not answer: {}", with_causes(&error))),
        };
        if is_ordered { Self::Unfinished(words) } else { Self::Unreachable(words) }
    }

    /// What it means that the proof of a domain was not found. No problem: the authority does not say.
    pub fn unproven(domain: &str, problem: Option<&Problem>, method: Method) -> Self {
        let Some(problem) = problem else {
            return Self::Unproven(format!("the authority does not say what was wrong with the proof of {domain}"));
        };
        let port = match method {
            Method::Tls => 443,
            Method::Http => 80,
        };
        // Not every authority calls it by its name.
        let detail = problem.detail.as_deref().unwrap_or_default();
        let is_unknown = UNKNOWN.iter().any(|sign| detail.contains(sign));
        let advice = match if is_unknown { "dns" } else { kind(problem) } {
            "dns" => format!("{domain} is not found: let its A or AAAA record name the address of this server"),
            "connection" => format!(
                "{domain} is not reached at port {port}: open that port, let it lead to this server, and look whether \
                 its A and AAAA records name this server's address"
            ),
            "caa" => format!("a CAA record of {domain} allows other authorities only"),
            _ => format!(
                "somebody else answers for {domain} at port {port}: its A and AAAA records must name this server, and \
                 no proxy may stand in between"
            ),
        };
        Self::Unproven(format!("{advice} (by {}, the authority says: {})", method.name(), said(problem)))
    }
}

/// All domains of an order.
pub fn listed(domains: &[Domain]) -> String {
    domains.iter().map(Domain::as_str).collect::<Vec<_>>().join(", ")
}

/// What the problem is called in RFC 8555.
pub fn kind(problem: &Problem) -> &str {
    let kind = problem.r#type.as_deref().unwrap_or_default();
    kind.strip_prefix("urn:ietf:params:acme:error:").unwrap_or(kind)
}

/// Whether it is about the proof of a domain.
pub fn is_of_proof(problem: &Problem) -> bool {
    OF_PROOFS.contains(&kind(problem))
}

/// Whether the authority would have done it, if it could; it may be asked again.
pub fn is_trouble(problem: &Problem) -> bool {
    problem.status.is_some_and(|status| status >= 500) || ["serverInternal", "badNonce"].contains(&kind(problem))
}

/// Whether it does not know the account, or not any more.
pub fn is_of_account(problem: &Problem) -> bool {
    ["accountDoesNotExist", "unauthorized"].contains(&kind(problem))
}

fn refused(problem: &Problem) -> String {
    let advice = match kind(problem) {
        "rejectedIdentifier" => "the authority issues no certificate for one of the domains",
        "rateLimited" => "the authority was asked too often",
        "invalidContact" | "unsupportedContact" => "acme.contact is no address that the authority takes",
        "externalAccountRequired" => "the authority takes only customers that it knows already, which Maru cannot do",
        "userActionRequired" => "the authority wants its terms agreed to anew",
        _ => "the authority refuses",
    };
    format!("{advice} (it says: {})", said(problem))
}

/// What the authority says, as text for a log.
fn said(problem: &Problem) -> String {
    clean(&problem.to_string())
}

/// One line of a bounded length.
fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(MOST_CHARS).collect()
}

/// An error with what led to it.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use instant_acme::Error;

    fn problem(kind: &str, status: u16) -> Problem {
        let text = format!(r#"{{"type":"urn:ietf:params:acme:error:{kind}","status":{status},"detail":"a\nb"}}"#);
        serde_json::from_str(&text.replace('\n', "\\n")).unwrap()
    }

    #[test]
    fn what_was_not_refused_can_be_gone_on_with() {
        let fault = |error, is_ordered| Fault::new("https://ca.example", error, is_ordered);
        let trouble = |kind, status| Error::Api(problem(kind, status));
        for error in [Error::Timeout(None), Error::Str("x"), trouble("serverInternal", 500), trouble("badNonce", 400)] {
            let (text, unfinished) = (format!("{error:?}"), fault(error, true));
            assert!(matches!(unfinished, Fault::Unfinished(_)) && unfinished.is_away(), "{text}");
        }
        assert!(matches!(fault(trouble("malformed", 503), false), Fault::Unreachable(_)));
        let limited = fault(trouble("rateLimited", 429), true);
        assert!(matches!(&limited, Fault::Refused(words) if words.contains("too often") && !words.contains('\n')));
    }

    #[test]
    fn a_failed_proof_is_told_by_domain_and_port() {
        let told = |problem: Option<Problem>, method| {
            Fault::unproven("chat.example", problem.as_ref(), method).words().to_owned()
        };
        assert!(
            told(Some(problem("connection", 400)), Method::Http).contains("chat.example is not reached at port 80")
        );
        assert!(told(Some(problem("unauthorized", 403)), Method::Tls).contains("chat.example at port 443"));
        assert!(told(None, Method::Tls).contains("does not say"));
    }
}
