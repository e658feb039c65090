//! The client's TypeScript is the one that the contract generates.

#[test]
fn the_clients_typescript_is_generated_from_the_contract() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/src/generated/contract.ts");
    let generated = maru::contract::typescript();
    if std::env::var_os("MARU_WRITE_CONTRACT").is_some() {
        std::fs::write(path, &generated).expect("the generated file can be written");
    }
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    assert!(checked_in == generated, "web/src/generated/contract.ts is stale: run scripts/contract and commit it");
}
