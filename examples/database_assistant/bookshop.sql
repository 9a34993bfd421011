-- A small bookshop, the same rows on every machine and in every language.
--
-- The books are real and long out of copyright; customers are only a number and a city, so nobody is made up.
-- Prices are whole pence: money never goes through a float.

BEGIN;

CREATE TABLE books (
    id     INTEGER PRIMARY KEY,
    title  TEXT NOT NULL,
    author TEXT NOT NULL,
    year   INTEGER NOT NULL,
    genre  TEXT NOT NULL
);
CREATE TABLE editions (
    id          INTEGER PRIMARY KEY,
    book_id     INTEGER NOT NULL REFERENCES books (id),
    format      TEXT NOT NULL CHECK (format IN ('paperback', 'hardback', 'e-book')),
    price_pence INTEGER NOT NULL,
    in_stock    INTEGER NOT NULL
);
CREATE TABLE customers (
    id        INTEGER PRIMARY KEY,
    city      TEXT NOT NULL,
    country   TEXT NOT NULL,
    joined_on TEXT NOT NULL
);
CREATE TABLE orders (
    id          INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ordered_on  TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('delivered', 'on its way', 'returned'))
);
CREATE TABLE order_items (
    order_id    INTEGER NOT NULL REFERENCES orders (id),
    edition_id  INTEGER NOT NULL REFERENCES editions (id),
    quantity    INTEGER NOT NULL,
    price_pence INTEGER NOT NULL,
    PRIMARY KEY (order_id, edition_id)
);

INSERT INTO books VALUES
(1, 'Pride and Prejudice', 'Jane Austen', 1813, 'romance'),
(2, 'Emma', 'Jane Austen', 1815, 'romance'),
(3, 'Persuasion', 'Jane Austen', 1817, 'romance'),
(4, 'Frankenstein', 'Mary Shelley', 1818, 'science fiction'),
(5, 'The Last Man', 'Mary Shelley', 1826, 'science fiction'),
(6, 'The Hunchback of Notre-Dame', 'Victor Hugo', 1831, 'history'),
(7, 'Les Misérables', 'Victor Hugo', 1862, 'history'),
(8, 'The Count of Monte Cristo', 'Alexandre Dumas', 1844, 'adventure'),
(9, 'The Three Musketeers', 'Alexandre Dumas', 1844, 'adventure'),
(10, 'The Pickwick Papers', 'Charles Dickens', 1837, 'humour'),
(11, 'A Christmas Carol', 'Charles Dickens', 1843, 'family'),
(12, 'Bleak House', 'Charles Dickens', 1853, 'family'),
(13, 'Great Expectations', 'Charles Dickens', 1861, 'family'),
(14, 'Tales of the Grotesque', 'Edgar Allan Poe', 1840, 'horror'),
(15, 'The Gold-Bug', 'Edgar Allan Poe', 1843, 'mystery'),
(16, 'Jane Eyre', 'Charlotte Brontë', 1847, 'romance'),
(17, 'Villette', 'Charlotte Brontë', 1853, 'romance'),
(18, 'Wuthering Heights', 'Emily Brontë', 1847, 'romance'),
(19, 'Agnes Grey', 'Anne Brontë', 1847, 'family'),
(20, 'Vanity Fair', 'William Makepeace Thackeray', 1848, 'humour'),
(21, 'Moby-Dick', 'Herman Melville', 1851, 'adventure'),
(22, 'Bartleby, the Scrivener', 'Herman Melville', 1853, 'humour'),
(23, 'Walden', 'Henry David Thoreau', 1854, 'essays'),
(24, 'Madame Bovary', 'Gustave Flaubert', 1857, 'family'),
(25, 'The Woman in White', 'Wilkie Collins', 1860, 'mystery'),
(26, 'The Moonstone', 'Wilkie Collins', 1868, 'mystery'),
(27, 'Silas Marner', 'George Eliot', 1861, 'family'),
(28, 'Middlemarch', 'George Eliot', 1871, 'family'),
(29, 'Fathers and Sons', 'Ivan Turgenev', 1862, 'family'),
(30, 'Journey to the Centre of the Earth', 'Jules Verne', 1864, 'science fiction'),
(31, 'Twenty Thousand Leagues Under the Sea', 'Jules Verne', 1870, 'science fiction'),
(32, 'Around the World in Eighty Days', 'Jules Verne', 1873, 'adventure'),
(33, 'Alice''s Adventures in Wonderland', 'Lewis Carroll', 1865, 'children'),
(34, 'Through the Looking-Glass', 'Lewis Carroll', 1871, 'children'),
(35, 'Crime and Punishment', 'Fyodor Dostoevsky', 1866, 'mystery'),
(36, 'The Brothers Karamazov', 'Fyodor Dostoevsky', 1880, 'family'),
(37, 'Little Women', 'Louisa May Alcott', 1868, 'children'),
(38, 'War and Peace', 'Leo Tolstoy', 1869, 'history'),
(39, 'Anna Karenina', 'Leo Tolstoy', 1878, 'romance'),
(40, 'Far from the Madding Crowd', 'Thomas Hardy', 1874, 'romance'),
(41, 'Tess of the d''Urbervilles', 'Thomas Hardy', 1891, 'romance'),
(42, 'The Adventures of Tom Sawyer', 'Mark Twain', 1876, 'children'),
(43, 'Adventures of Huckleberry Finn', 'Mark Twain', 1884, 'adventure'),
(44, 'Black Beauty', 'Anna Sewell', 1877, 'children'),
(45, 'The Portrait of a Lady', 'Henry James', 1881, 'family'),
(46, 'The Turn of the Screw', 'Henry James', 1898, 'horror'),
(47, 'Treasure Island', 'Robert Louis Stevenson', 1883, 'adventure'),
(48, 'Strange Case of Dr Jekyll and Mr Hyde', 'Robert Louis Stevenson', 1886, 'horror'),
(49, 'Three Men in a Boat', 'Jerome K. Jerome', 1889, 'humour'),
(50, 'The Picture of Dorian Gray', 'Oscar Wilde', 1890, 'horror'),
(51, 'The Importance of Being Earnest', 'Oscar Wilde', 1895, 'humour'),
(52, 'The Adventures of Sherlock Holmes', 'Arthur Conan Doyle', 1892, 'mystery'),
(53, 'The Hound of the Baskervilles', 'Arthur Conan Doyle', 1902, 'mystery'),
(54, 'The Jungle Book', 'Rudyard Kipling', 1894, 'children'),
(55, 'Kim', 'Rudyard Kipling', 1901, 'adventure'),
(56, 'The Time Machine', 'H. G. Wells', 1895, 'science fiction'),
(57, 'The Invisible Man', 'H. G. Wells', 1897, 'science fiction'),
(58, 'The War of the Worlds', 'H. G. Wells', 1898, 'science fiction'),
(59, 'Dracula', 'Bram Stoker', 1897, 'horror'),
(60, 'The Awakening', 'Kate Chopin', 1899, 'family'),
(61, 'Heart of Darkness', 'Joseph Conrad', 1899, 'adventure'),
(62, 'The Wonderful Wizard of Oz', 'L. Frank Baum', 1900, 'children'),
(63, 'The Call of the Wild', 'Jack London', 1903, 'adventure'),
(64, 'A Room with a View', 'E. M. Forster', 1908, 'romance');

-- Chance that is no chance: 15,000 throws of a die with 2,147,483,646 sides (Lehmer's generator).
CREATE TEMP TABLE dice AS
WITH RECURSIVE thrown (number, throw) AS (
    SELECT 1, 1813
    UNION ALL
    SELECT number + 1, throw * 48271 % 2147483647 FROM thrown WHERE number < 15000
)
SELECT number, throw >> 8 AS throw FROM thrown;
CREATE UNIQUE INDEX dice_number ON dice (number);

-- Every book as a paperback, three of four as a hardback or e-book too.
INSERT INTO editions
WITH formats (format, place, cheapest, steps) AS (
    VALUES ('paperback', 0, 699, 12), ('hardback', 1, 1499, 30), ('e-book', 2, 199, 8)
)
SELECT row_number() OVER (ORDER BY books.id, place), books.id, format, cheapest + 50 * (price.throw % steps), stock.throw % 40
FROM books, formats
JOIN dice AS printed ON printed.number = 100 + 9 * books.id + 3 * place
JOIN dice AS price ON price.number = printed.number + 1
JOIN dice AS stock ON stock.number = printed.number + 2
WHERE format = 'paperback' OR printed.throw % 4 > 0;

-- Customers joined over two years; the number beside a city is its share of them.
INSERT INTO customers
WITH cities (city, country, share) AS (
    VALUES
        ('Amsterdam', 'Netherlands', 5),
        ('Barcelona', 'Spain', 3),
        ('Berlin', 'Germany', 9),
        ('Bristol', 'United Kingdom', 2),
        ('Copenhagen', 'Denmark', 3),
        ('Dublin', 'Ireland', 5),
        ('Edinburgh', 'United Kingdom', 4),
        ('Ghent', 'Belgium', 1),
        ('Kraków', 'Poland', 2),
        ('Lisbon', 'Portugal', 6),
        ('London', 'United Kingdom', 9),
        ('Lyon', 'France', 4),
        ('Milan', 'Italy', 3),
        ('Vienna', 'Austria', 5)
),
places AS (
    SELECT city, country, share, sum(share) OVER (ORDER BY city) AS up_to FROM cities
)
SELECT city.number - 1000, places.city, country, date('2023-01-02', '+' || (day.throw % 700) || ' days')
FROM dice AS city
JOIN dice AS day ON day.number = city.number + 420
JOIN places ON city.throw % (SELECT sum(share) FROM cities) BETWEEN up_to - share AND up_to - 1
WHERE city.number BETWEEN 1001 AND 1420;

-- Orders of a customer, on any day from joining to the end of 2025.
INSERT INTO orders
SELECT
    who.number - 2000, customers.id,
    date(joined_on, '+' || (day.throw % CAST(julianday('2025-12-31') - julianday(joined_on) AS INTEGER)) || ' days'),
    CASE WHEN fate.throw % 100 < 92 THEN 'delivered' WHEN fate.throw % 100 < 96 THEN 'on its way' ELSE 'returned' END
FROM dice AS who
JOIN dice AS day ON day.number = who.number + 1500
JOIN dice AS fate ON fate.number = who.number + 3000
JOIN customers ON customers.id = 1 + who.throw % (SELECT count(*) FROM customers)
WHERE who.number BETWEEN 2001 AND 3500;

-- One to three editions in an order, some far more popular than others; mostly one copy of each.
INSERT OR IGNORE INTO order_items
WITH popularity AS (
    SELECT editions.id, price_pence, 120 / (1 + throw % 12) AS share FROM editions JOIN dice ON number = 700 + editions.id
),
shelves AS (
    SELECT id, price_pence, share, sum(share) OVER (ORDER BY id) AS up_to FROM popularity
)
SELECT orders.id, shelves.id, CASE WHEN copies.throw % 100 < 85 THEN 1 WHEN copies.throw % 100 < 97 THEN 2 ELSE 3 END, price_pence
FROM orders
JOIN dice AS basket ON basket.number = 6500 + orders.id
JOIN dice AS pick ON pick.number BETWEEN 8000 + 3 * orders.id AND 8000 + 3 * orders.id + basket.throw % 3
JOIN dice AS copies ON copies.number = 15001 - orders.id
JOIN shelves ON pick.throw % (SELECT sum(share) FROM popularity) BETWEEN up_to - share AND up_to - 1
ORDER BY orders.id, pick.number;

DROP TABLE dice;
COMMIT;
