"""Builds the example's database: a small bookshop, the same rows on every machine.

The books are real and long out of copyright; customers are only a number and a city, so nobody is made up.
Prices are whole pence: money never goes through a float.
"""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from datetime import date, timedelta
from pathlib import Path

SCHEMA = """
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
"""

BOOKS = """
Pride and Prejudice|Jane Austen|1813|romance
Emma|Jane Austen|1815|romance
Persuasion|Jane Austen|1817|romance
Frankenstein|Mary Shelley|1818|science fiction
The Last Man|Mary Shelley|1826|science fiction
The Hunchback of Notre-Dame|Victor Hugo|1831|history
Les Misérables|Victor Hugo|1862|history
The Count of Monte Cristo|Alexandre Dumas|1844|adventure
The Three Musketeers|Alexandre Dumas|1844|adventure
The Pickwick Papers|Charles Dickens|1837|humour
A Christmas Carol|Charles Dickens|1843|family
Bleak House|Charles Dickens|1853|family
Great Expectations|Charles Dickens|1861|family
Tales of the Grotesque|Edgar Allan Poe|1840|horror
The Gold-Bug|Edgar Allan Poe|1843|mystery
Jane Eyre|Charlotte Brontë|1847|romance
Villette|Charlotte Brontë|1853|romance
Wuthering Heights|Emily Brontë|1847|romance
Agnes Grey|Anne Brontë|1847|family
Vanity Fair|William Makepeace Thackeray|1848|humour
Moby-Dick|Herman Melville|1851|adventure
Bartleby, the Scrivener|Herman Melville|1853|humour
Walden|Henry David Thoreau|1854|essays
Madame Bovary|Gustave Flaubert|1857|family
The Woman in White|Wilkie Collins|1860|mystery
The Moonstone|Wilkie Collins|1868|mystery
Silas Marner|George Eliot|1861|family
Middlemarch|George Eliot|1871|family
Fathers and Sons|Ivan Turgenev|1862|family
Journey to the Centre of the Earth|Jules Verne|1864|science fiction
Twenty Thousand Leagues Under the Sea|Jules Verne|1870|science fiction
Around the World in Eighty Days|Jules Verne|1873|adventure
Alice's Adventures in Wonderland|Lewis Carroll|1865|children
Through the Looking-Glass|Lewis Carroll|1871|children
Crime and Punishment|Fyodor Dostoevsky|1866|mystery
The Brothers Karamazov|Fyodor Dostoevsky|1880|family
Little Women|Louisa May Alcott|1868|children
War and Peace|Leo Tolstoy|1869|history
Anna Karenina|Leo Tolstoy|1878|romance
Far from the Madding Crowd|Thomas Hardy|1874|romance
Tess of the d'Urbervilles|Thomas Hardy|1891|romance
The Adventures of Tom Sawyer|Mark Twain|1876|children
Adventures of Huckleberry Finn|Mark Twain|1884|adventure
Black Beauty|Anna Sewell|1877|children
The Portrait of a Lady|Henry James|1881|family
The Turn of the Screw|Henry James|1898|horror
Treasure Island|Robert Louis Stevenson|1883|adventure
Strange Case of Dr Jekyll and Mr Hyde|Robert Louis Stevenson|1886|horror
Three Men in a Boat|Jerome K. Jerome|1889|humour
The Picture of Dorian Gray|Oscar Wilde|1890|horror
The Importance of Being Earnest|Oscar Wilde|1895|humour
The Adventures of Sherlock Holmes|Arthur Conan Doyle|1892|mystery
The Hound of the Baskervilles|Arthur Conan Doyle|1902|mystery
The Jungle Book|Rudyard Kipling|1894|children
Kim|Rudyard Kipling|1901|adventure
The Time Machine|H. G. Wells|1895|science fiction
The Invisible Man|H. G. Wells|1897|science fiction
The War of the Worlds|H. G. Wells|1898|science fiction
Dracula|Bram Stoker|1897|horror
The Awakening|Kate Chopin|1899|family
Heart of Darkness|Joseph Conrad|1899|adventure
The Wonderful Wizard of Oz|L. Frank Baum|1900|children
The Call of the Wild|Jack London|1903|adventure
A Room with a View|E. M. Forster|1908|romance
""".strip()

CITIES = {
    "Amsterdam": "Netherlands",
    "Barcelona": "Spain",
    "Berlin": "Germany",
    "Bristol": "United Kingdom",
    "Copenhagen": "Denmark",
    "Dublin": "Ireland",
    "Edinburgh": "United Kingdom",
    "Ghent": "Belgium",
    "Kraków": "Poland",
    "Lisbon": "Portugal",
    "London": "United Kingdom",
    "Lyon": "France",
    "Milan": "Italy",
    "Vienna": "Austria",
}

FORMATS = {"paperback": (699, 1299), "hardback": (1499, 2999), "e-book": (199, 599)}


def create(path: Path) -> None:
    """Write a fresh database to `path`, whole or not at all, so that two servers may start at once."""
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".unfinished")
    os.close(handle)
    try:
        connection = sqlite3.connect(unfinished)
        try:
            connection.executescript(SCHEMA)
            _fill(connection, random.Random(1813))
            connection.commit()
        finally:
            connection.close()
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _fill(connection: sqlite3.Connection, chance: random.Random) -> None:
    books = [line.split("|") for line in BOOKS.splitlines()]
    connection.executemany(
        "INSERT INTO books VALUES (?, ?, ?, ?, ?)",
        [(number, title, author, int(year), genre) for number, (title, author, year, genre) in enumerate(books, 1)],
    )

    editions: list[tuple[int, int, str, int, int]] = []
    for book in range(1, len(books) + 1):
        for format_, (cheapest, dearest) in FORMATS.items():
            if format_ == "paperback" or chance.random() < 0.75:
                price = chance.randrange(cheapest, dearest + 1, 50)
                editions.append((len(editions) + 1, book, format_, price, chance.randrange(0, 40)))
    connection.executemany("INSERT INTO editions VALUES (?, ?, ?, ?, ?)", editions)

    opening_day = date(2023, 1, 2)
    cities = list(CITIES)
    city_weights = [chance.randrange(1, 10) for _ in cities]
    joined = [opening_day + timedelta(days=chance.randrange(700)) for _ in range(420)]
    connection.executemany(
        "INSERT INTO customers VALUES (?, ?, ?, ?)",
        [
            (number, city, CITIES[city], day.isoformat())
            for number, (city, day) in enumerate(zip(chance.choices(cities, city_weights, k=len(joined)), joined), 1)
        ],
    )

    last_day = date(2025, 12, 31)
    popularity = [1 / (1 + chance.randrange(12)) for _ in editions]
    orders: list[tuple[int, int, str, str]] = []
    items: list[tuple[int, int, int, int]] = []
    for number in range(1, 1501):
        customer = chance.randrange(len(joined))
        day = joined[customer] + timedelta(days=chance.randrange((last_day - joined[customer]).days))
        status = chance.choices(("delivered", "on its way", "returned"), (92, 4, 4))[0]
        orders.append((number, customer + 1, day.isoformat(), status))
        basket = {edition[0]: edition for edition in chance.choices(editions, popularity, k=chance.randrange(1, 4))}
        for edition, (_, _, _, price, _) in basket.items():
            items.append((number, edition, chance.choices((1, 2, 3), (85, 12, 3))[0], price))
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", orders)
    connection.executemany("INSERT INTO order_items VALUES (?, ?, ?, ?)", items)
