//! SQL in arguments: what is understood is what all usual databases understand alike, and whatever is not is refused.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use oxmcp_core::authorization::{Definition, Policy, Statement, Target, read_sql};
use oxmcp_core::model::{Grants, Principal};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The statement, the tables it reads and the tables it changes.
fn read(sql: &str) -> (Statement, String, String) {
    let read = read_sql(sql).map_err(|why| format!("{sql}: {why}")).unwrap();
    let joined = |texts: Vec<String>| texts.join(" ");
    (read.statement, joined(read.reads().collect()), joined(read.writes().collect()))
}

fn is_allowed(rules: &Value, role: &str, sql: &Value) -> bool {
    let definition: Definition = serde_json::from_value(json!({ "rules": rules })).unwrap();
    let policy = Policy::new(&definition).unwrap();
    let who = Principal::of_subject("a").granted(Grants { roles: vec![role.into()], ..Grants::default() });
    let access = policy.access(Some(&who), false);
    policy.call(&access, Target::Tool("query"), None, &json!({ "sql": sql }).to_string()).is_allowed()
}

#[test]
fn every_table_that_a_statement_names_is_found() {
    for (sql, reads) in [
        ("SELECT 1", ""),
        ("select * from orders", "orders"),
        (
            "SELECT o.id, count(*) FROM sales.orders AS o, users u WHERE o.user = u.id GROUP BY 1;",
            "sales.orders users",
        ),
        (
            "SELECT * FROM a JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (x) CROSS JOIN d NATURAL JOIN e",
            "a b c d e",
        ),
        ("SELECT * FROM a WHERE x IN (SELECT y FROM b WHERE EXISTS (SELECT 1 FROM c))", "a b c"),
        ("SELECT (SELECT max(x) FROM b) FROM a ORDER BY (SELECT 1 FROM c) LIMIT 5 OFFSET 2", "b a c"),
        (
            "SELECT * FROM (SELECT * FROM a UNION ALL SELECT * FROM b) x JOIN (c JOIN d ON c.x=d.x) ON x.y = c.y",
            "a b c d",
        ),
        ("WITH t AS (SELECT * FROM a), u(x) AS (SELECT * FROM t) SELECT * FROM t, u, v", "a v"),
        ("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 9) SELECT * FROM t", ""),
        ("SELECT \"Odd name\".x FROM \"Odd name\"", "\"Odd name\""),
        ("SELECT * FROM a UNION SELECT * FROM b EXCEPT (SELECT * FROM c)", "a b c"),
        ("SELECT extract(year FROM at), substring(x FROM 1 FOR 2), trim(both ' ' FROM y) FROM a", "a"),
        ("SELECT x IS DISTINCT FROM y, x IS NOT DISTINCT FROM z FROM a WHERE x IS DISTINCT FROM 3", "a"),
        ("SELECT row_number() OVER (PARTITION BY x ORDER BY y) FROM a WINDOW w AS (ORDER BY z)", "a"),
        ("SELECT x::numeric(10,2), CAST(y AS varchar(5)), 'it''s', -1.5e-3, $1, ?, :name, @p FROM a", "a"),
        ("SELECT DISTINCT ON (x) x FROM a, LATERAL (SELECT * FROM b) l WHERE left(x, 2) = 'ab'", "a b"),
        (
            "SELECT * FROM a LEFT JOIN b ON left(a.x, 1) = right(b.x, 1) AND b.y = (SELECT z FROM c) WHERE 1 = 1",
            "a b c",
        ),
        ("VALUES (1, (SELECT x FROM a)), (2, 3)", "a"),
    ] {
        assert_eq!(read(sql), (Statement::Select, reads.to_owned(), String::new()), "{sql}");
    }
}

#[test]
fn what_is_changed_is_told_from_what_is_read() {
    for (sql, statement, reads, writes) in [
        ("INSERT INTO logs (a, b) VALUES (1, 'x'), (2, lower('Y'))", Statement::Insert, "", "logs"),
        ("INSERT INTO logs SELECT * FROM users", Statement::Insert, "users", "logs"),
        (
            "INSERT INTO logs (a) SELECT x FROM users ON CONFLICT (a) DO NOTHING RETURNING a",
            Statement::Insert,
            "users logs",
            "logs",
        ),
        ("INSERT INTO logs DEFAULT VALUES", Statement::Insert, "", "logs"),
        ("UPDATE a SET x = 1, y = (SELECT max(z) FROM b) WHERE id = 5", Statement::Update, "a b", "a"),
        ("UPDATE a SET x = b.x FROM b WHERE a.id = b.id RETURNING a.x", Statement::Update, "a b", "a"),
        ("DELETE FROM a USING b WHERE a.x = b.x", Statement::Delete, "a b", "a"),
        (
            "WITH t AS (SELECT * FROM b) DELETE FROM a WHERE x IN (SELECT x FROM t)",
            Statement::Delete,
            "b a",
            "a",
        ),
    ] {
        assert_eq!(read(sql), (statement, reads.to_owned(), writes.to_owned()), "{sql}");
    }
}

#[test]
fn a_name_of_a_query_hides_no_table() {
    // Within itself, a query that is not recursive means the table.
    assert_eq!(
        read("WITH credentials AS (SELECT * FROM credentials) SELECT * FROM credentials").1,
        "credentials"
    );
    // Nor outside of the query that gave the name, nor before it, nor with a schema, nor written another way.
    for sql in [
        "SELECT * FROM credentials, (WITH credentials AS (SELECT 1) SELECT * FROM credentials) x",
        "WITH a AS (SELECT * FROM credentials), credentials AS (SELECT 1) SELECT * FROM a",
        "WITH RECURSIVE a AS (SELECT * FROM credentials), credentials AS (SELECT 1) SELECT * FROM a",
    ] {
        assert_eq!(read(sql).1, "credentials", "{sql}");
    }
    assert_eq!(
        read("WITH credentials AS (SELECT 1) SELECT * FROM public.credentials").1,
        "public.credentials"
    );
    assert_eq!(read("WITH credentials AS (SELECT 1) SELECT * FROM \"credentials\"").1, "\"credentials\"");
}

#[test]
fn whatever_is_not_understood_by_all_alike_is_refused() {
    for sql in [
        "",
        ";",
        "SELECT 1; SELECT 2",
        "SELECT 1;;",
        "DROP TABLE a",
        "EXPLAIN SELECT 1",
        "PRAGMA table_info(a)",
        // Comments, which some databases run.
        "SELECT 1 -- x",
        "SELECT 1 --x",
        "SELECT /* x */ 1",
        "SELECT /*!50000 1 */",
        "SELECT 1 # x",
        "SELECT 1--1",
        // Texts and names that end in other places elsewhere.
        r"SELECT 'a\' UNION SELECT * FROM credentials WHERE ''='",
        "SELECT E'a'",
        "SELECT q'[a]'",
        "SELECT $$a$$",
        "SELECT $x$a$x$",
        "SELECT N'a'",
        "SELECT \"a\"\"b\" FROM c",
        "SELECT \"O'Brien\" FROM c",
        "SELECT `a``b` FROM c",
        "SELECT [a] FROM c",
        "SELECT 'a",
        "SELECT \"a FROM c",
        "SELECT \"\" FROM c",
        "SELECT 0x41",
        "SELECT 1a",
        "SELECT U&\"g0063redentials\" UESCAPE 'g' FROM a",
        "SELECT 'a\u{0}'",
        "SELECT * FROM crédits",
        "SELECT * FROM\u{a0}a",
        "SELECT {fn now()}",
        "SELECT @@version",
        "SELECT @a := 1",
        "SELECT 1\u{c}",
        // Tables that are reached in other ways.
        "TABLE credentials",
        "SELECT * FROM (TABLE credentials) x",
        "SELECT x IN credentials FROM a",
        "SELECT 1 IN a.b",
        "FROM credentials",
        "SELECT * FROM (FROM credentials) x",
        "SELECT (FROM credentials)",
        "SELECT * INTO b FROM a",
        "SELECT 1 UNION TABLE credentials",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM a, b(1)",
        "SELECT * FROM a STRAIGHT_JOIN credentials",
        "SELECT * FROM a TABLESAMPLE SYSTEM (1)",
        "SELECT * FROM a WITH (NOLOCK)",
        "SELECT * FROM a APPLY b",
        "SELECT * FROM a x y",
        "SELECT * FROM a@remote",
        "SELECT * FROM a INTO OUTFILE '/tmp/x'",
        "SELECT * FROM a FOR UPDATE",
        "SELECT * FROM ONLY (a)",
        "SELECT * FROM a LOCK IN SHARE MODE",
        "SELECT * FROM a PROCEDURE x",
        "SELECT 1 FROM a WHERE b = 1 EXEC x",
        "SELECT 1 SELECT * FROM credentials",
        "SELECT 1 FROM a WHERE 1 = 1 WAITFOR DELAY '0:0:5'",
        "SELECT x OPERATOR(s.+) y",
        "SELECT 1 FROM a WHERE 1 = 1 SET ROWCOUNT 1",
        "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x",
        "WITH x AS (TABLE credentials) SELECT 1",
        "INSERT OR REPLACE INTO a VALUES (1)",
        "REPLACE INTO a VALUES (1)",
        "INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET x = 1",
        "INSERT INTO a VALUES (1) ON DUPLICATE KEY UPDATE x = 1",
        "UPDATE a, credentials SET x = 1",
        "DELETE a FROM a JOIN b",
        "MERGE INTO a USING b ON 1 = 1",
        "CALL x()",
        "COPY a TO '/tmp/x'",
        "SELECT a FROM b ORDER BY x USING >",
        "(SELECT 1",
        "SELECT 1)",
        "SELECT * FROM a b.c",
    ] {
        assert!(read_sql(sql).is_err(), "{sql} was read as {:?}", read_sql(sql));
    }
    let deep = format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(read_sql(&deep).unwrap_err().contains("deep"));
    assert!(read_sql(&format!("SELECT '{}'", "x".repeat(70_000))).unwrap_err().contains("longer"));
}

/// What an enterprise asks for: analysts read, but not everything; developers also add to three tables; admins do everything.
fn matrix() -> Value {
    let sql = |sql: Value| json!({"sql": {"sql": sql}});
    json!([
        {"effect": "allow", "roles": "analyst", "tools": "query",
            "arguments": sql(json!({"deny_tables": ["audit_logs", "credentials"]}))},
        {"effect": "allow", "roles": "developer", "tools": "query", "arguments": sql(json!({"deny_tables": "credentials"}))},
        {"effect": "allow", "roles": "developer", "tools": "query", "arguments": sql(json!({
            "statements": "insert", "writeTables": ["logs", "events", "metrics"], "denyTables": "credentials"}))},
        {"effect": "allow", "roles": "admin", "tools": "query"},
    ])
}

#[test]
fn the_matrix_of_an_enterprise_holds() {
    let allowed = |role: &str, sql: &str| is_allowed(&matrix(), role, &json!(sql));
    for (sql, roles) in [
        ("SELECT * FROM orders", "analyst developer admin"),
        ("SELECT * FROM audit_logs", "developer admin"),
        ("SELECT * FROM Audit_Logs a", "developer admin"),
        ("SELECT * FROM x.\"AUDIT_LOGS\"", "developer admin"),
        ("SELECT * FROM credentials", "admin"),
        ("SELECT * FROM orders WHERE id IN (SELECT id FROM public.CREDENTIALS)", "admin"),
        ("SELECT * FROM pg_catalog.pg_authid", "admin"),
        ("SELECT * FROM information_schema.tables", "admin"),
        ("SELECT * FROM sqlite_master", "admin"),
        ("INSERT INTO logs VALUES (1)", "developer admin"),
        ("INSERT INTO logs SELECT * FROM credentials", "admin"),
        ("INSERT INTO logs VALUES ((SELECT password FROM credentials))", "admin"),
        ("INSERT INTO orders VALUES (1)", "admin"),
        ("DELETE FROM orders", "admin"),
        ("SELECT 1; DROP TABLE orders", "admin"),
        ("SELECT pg_read_file('/etc/passwd')", "admin"),
        ("SELECT lower(name) FROM users", "analyst developer admin"),
        ("SELECT \"lower\"(name) FROM users", "admin"),
        ("SELECT public.lower(name) FROM users", "admin"),
    ] {
        for role in ["analyst", "developer", "admin"] {
            assert_eq!(allowed(role, sql), roles.contains(role), "{role}: {sql}");
        }
    }
    for other in [json!(null), json!(5), json!(["SELECT 1", "DROP TABLE a"]), json!({"text": "SELECT 1"})] {
        assert!(!is_allowed(&matrix(), "analyst", &other), "{other}");
    }
}

#[test]
fn tables_that_are_allowed_are_those_and_no_others() {
    let rules =
        |sql: Value| json!([{"effect": "allow", "tools": "query", "arguments": {"sql": {"sql": sql}}}]);
    let named = rules(json!({"tables": ["orders", "sales.*", "pg_stat_activity"], "functions": ["my_*"]}));
    for (sql, allowed) in [
        ("SELECT * FROM ORDERS", true),
        ("SELECT * FROM sales.orders, sales.people", true),
        ("SELECT my_total(x) FROM orders", true),
        ("SELECT * FROM pg_stat_activity", true),
        ("SELECT * FROM public.orders", false),
        ("SELECT * FROM \"ORDERS\"", false),
        ("SELECT * FROM sales.a.b", false),
        ("SELECT * FROM sales", false),
        ("SELECT other(x) FROM orders", false),
        ("INSERT INTO orders VALUES (1)", false),
    ] {
        assert_eq!(is_allowed(&named, "", &json!(sql)), allowed, "{sql}");
    }
    let all = rules(json!({"tables": "*"}));
    assert!(
        is_allowed(&all, "", &json!("SELECT * FROM a.b.c"))
            && !is_allowed(&all, "", &json!("SELECT * FROM pg_class"))
    );
}

#[test]
fn a_rule_that_denies_catches_what_it_cannot_read() {
    let rules = json!([
        {"effect": "allow", "tools": "query"},
        {"effect": "deny", "tools": "query", "arguments": {"sql": {"sql": {"tables": "hr.credentials"}}}},
        {"effect": "deny", "tools": "query", "arguments": {"sql": {"sql": {"statements": ["delete"]}}}},
    ]);
    for (sql, allowed) in [
        ("SELECT * FROM orders", true),
        ("SELECT * FROM credentials", false),
        ("SELECT * FROM x.hr.credentials", false),
        ("SELECT * FROM other.credentials", true),
        ("DELETE FROM orders", false),
        ("TRUNCATE orders", false),
    ] {
        assert_eq!(is_allowed(&rules, "", &json!(sql)), allowed, "{sql}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Whatever is put together of these pieces: a table that is read in plain sight is found, or the whole is refused.
    #[test]
    fn no_arrangement_of_pieces_hides_a_table(pieces in prop::collection::vec(prop::sample::select(vec![
        "SELECT", "FROM", "credentials", "a", "(", ")", ",", ".", "JOIN", "LEFT", "ON", "WITH", "AS", "UNION", "WHERE",
        "IN", "x", "=", "1", "'t'", "RECURSIVE", "VALUES", "INSERT INTO", "UPDATE", "SET", "DELETE", "LATERAL", "\"a\"",
        "IS DISTINCT FROM", "EXISTS", "RETURNING", "::", "*", "ORDER BY",
    ]), 0..24)) {
        let sql = format!("{} FROM credentials", pieces.join(" "));
        if let Ok(read) = read_sql(&sql) {
            let found = read.reads().chain(read.writes()).any(|name| name.contains("credentials"));
            let is_named = sql.contains("credentials AS") || sql.ends_with("DISTINCT FROM credentials");
            let is_no_table = sql.contains("WITH") || sql.contains("DISTINCT FROM FROM");
            prop_assert!(found || is_named || is_no_table || sql.contains("IS DISTINCT FROM credentials"), "{sql}");
        }
    }

    /// Reading never fails in another way than by saying so.
    #[test]
    fn any_text_is_read_or_refused(sql in "\\PC{0,80}") {
        let _ = read_sql(&sql);
    }
}
