"""Times the cohort table, typed by hand as SQL into DuckDB, and prints as `Benchmarks cohorts` does."""

import sys
import time

import duckdb

SQL = """
WITH months AS (
    SELECT DISTINCT customer, local_month FROM orders WHERE customer <> 0 AND NOT cancelled
), firsts AS (
    SELECT customer, min(local_month) AS cohort FROM months GROUP BY customer
)
SELECT cohort, local_month, count(*)
FROM months JOIN firsts USING (customer)
GROUP BY ALL ORDER BY ALL
"""

path, times, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
connection = duckdb.connect(
    path, read_only=True, config={"threads": threads, "memory_limit": "1024MB"}
)
connection.execute(SQL).fetchall()
for _ in range(times):
    start = time.perf_counter()
    rows = connection.execute(SQL).fetchall()
    seconds = time.perf_counter() - start
    print(seconds, len(rows), sum(row[2] for row in rows))
