"""Times DuckDB alone reading the file of orders into a table of a new database, and prints seconds."""

import sys
import time

import duckdb

source, target = sys.argv[1:]
start = time.perf_counter()
connection = duckdb.connect(target, config={"threads": 2})
connection.execute("CREATE TABLE orders AS SELECT * FROM read_csv(?)", [source])
connection.close()
print(time.perf_counter() - start)
