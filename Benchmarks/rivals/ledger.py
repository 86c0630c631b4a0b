"""The same operation in PostgreSQL 15: once per id, a balance that can't go below zero, an entry, durable when answered.

    ledger.py FOLDER [SECONDS] [CLIENTS]

Makes a cluster in FOLDER, on this machine's loopback, with PostgreSQL's own settings (fsync and synchronous_commit on),
and drives it with pgbench. Prints operations per second. Run it as anybody but root, or as root with a user postgres.
"""
import os
import pwd
import shutil
import subprocess
import sys

FOLDER, SECONDS, CLIENTS = sys.argv[1], *(sys.argv[2:] + ["10", "64"][len(sys.argv) - 2:])[:2]
BIN = "/usr/lib/postgresql/15/bin"
SCHEMA = """
CREATE TABLE accounts (id BIGINT PRIMARY KEY, balance BIGINT NOT NULL CHECK (balance >= 0));
CREATE TABLE operations (id TEXT PRIMARY KEY, account BIGINT NOT NULL, content TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE entries (account BIGINT NOT NULL, sequence BIGSERIAL, points BIGINT NOT NULL, balance BIGINT NOT NULL,
    operation TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (account, sequence));
INSERT INTO accounts SELECT id, 1000000 FROM generate_series(1, 20000) AS id;
CREATE FUNCTION spend(asked TEXT, who BIGINT, count BIGINT) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE known TEXT; now_has BIGINT;
BEGIN
    SELECT answer INTO known FROM operations WHERE id = asked;
    IF FOUND THEN RETURN known; END IF;
    UPDATE accounts SET balance = balance - count WHERE id = who AND balance >= count RETURNING balance INTO now_has;
    IF NOT FOUND THEN now_has := -1; END IF;
    known := '{"operation": "' || asked || '", "balance": ' || now_has || '}';
    INSERT INTO operations VALUES (asked, who, '{"type":"spend","points":1}', known);
    IF now_has >= 0 THEN
        INSERT INTO entries (account, points, balance, operation, reason)
        VALUES (who, -count, now_has, asked, '{"code":"spent"}');
    END IF;
    RETURN known;
END $$;
"""
SCRIPT = """\\set who random(1, 20000)
\\set a random(1, 9000000000000000000)
SELECT spend(:a || '-' || :client_id, :who, 1);
"""


def run(*command, **options):
    if os.getuid() == 0:
        command = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command)
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


shutil.rmtree(FOLDER, ignore_errors=True)
os.makedirs(FOLDER)
if os.getuid() == 0:
    user = pwd.getpwnam("postgres")
    os.chown(FOLDER, user.pw_uid, user.pw_gid)
data = FOLDER + "/data"
run(f"{BIN}/initdb", "-D", data, "-A", "trust", "-U", "bench")
server = f"-c listen_addresses= -c unix_socket_directories={FOLDER} -c max_connections=200"
run(f"{BIN}/pg_ctl", "-D", data, "-w", "-o", server, "-l", FOLDER + "/log", "start")
try:
    run("psql", "-h", FOLDER, "-U", "bench", "-q", "-d", "postgres", input=SCHEMA)
    with open(FOLDER + "/spend.sql", "w") as file:
        file.write(SCRIPT)
    out = run("pgbench", "-h", FOLDER, "-U", "bench", "-n", "-M", "prepared", "-c", CLIENTS, "-j", "2",
              "-T", SECONDS, "-f", FOLDER + "/spend.sql", "postgres")
    for line in out.splitlines():
        if line.startswith("tps"):
            print("PostgreSQL operations/s\t" + line.split()[2])
finally:
    run(f"{BIN}/pg_ctl", "-D", data, "-m", "fast", "stop")
