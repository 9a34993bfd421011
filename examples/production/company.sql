-- A company's database. Everybody in it and everything it sells is made up.

CREATE TABLE employees (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    department TEXT NOT NULL,
    hired_on TEXT NOT NULL
);

CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL
);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ordered_on TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents > 0)
);

-- What programs write about themselves.

CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    written_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    level TEXT NOT NULL CHECK (level IN ('debug', 'info', 'warning', 'error')),
    message TEXT NOT NULL
);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    happened_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    kind TEXT NOT NULL,
    detail TEXT
);

CREATE TABLE metrics (
    id INTEGER PRIMARY KEY,
    taken_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    name TEXT NOT NULL,
    value REAL NOT NULL
);

-- What few may see.

CREATE TABLE audit_logs (
    id INTEGER PRIMARY KEY,
    written_at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL
);

CREATE TABLE credentials (
    id INTEGER PRIMARY KEY,
    service TEXT NOT NULL,
    secret TEXT NOT NULL
);

INSERT INTO employees (name, department, hired_on) VALUES
    ('Ines', 'sales', '2021-03-01'),
    ('Tomas', 'sales', '2022-09-15'),
    ('Wren', 'engineering', '2019-01-07'),
    ('Oki', 'engineering', '2024-05-20'),
    ('Bela', 'finance', '2020-11-02');

INSERT INTO customers (name, country) VALUES
    ('Lighthouse Supplies', 'PT'),
    ('Northern Paper', 'FI'),
    ('Ridge Outdoor', 'CH');

INSERT INTO orders (customer_id, ordered_on, cents) VALUES
    (1, '2026-01-12', 18900),
    (1, '2026-02-03', 4250),
    (2, '2026-02-17', 77300),
    (3, '2026-03-09', 12600),
    (2, '2026-04-21', 5900),
    (3, '2026-05-30', 31000);

INSERT INTO logs (written_at, level, message) VALUES
    ('2026-06-01 08:00:00', 'info', 'import of orders began'),
    ('2026-06-01 08:00:04', 'warning', 'an order without a customer was left out'),
    ('2026-06-01 08:00:05', 'info', 'import of orders ended');

INSERT INTO events (happened_at, kind, detail) VALUES
    ('2026-06-01 08:00:05', 'import', '6 orders');

INSERT INTO metrics (taken_at, name, value) VALUES
    ('2026-06-01 08:00:05', 'orders_imported', 6);

INSERT INTO audit_logs (written_at, who, what) VALUES
    ('2026-05-31 17:40:00', 'Bela', 'closed the books of May');

INSERT INTO credentials (service, secret) VALUES
    ('payments', 'this-would-be-a-secret');
