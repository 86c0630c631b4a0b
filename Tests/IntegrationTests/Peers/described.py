"""Asks a server all kinds of things that its own description allows and forbids.

    described.py ADDRESS KEY PROGRAM CUSTOMER…

Runs schemathesis on /openapi.json, with a program and customers that are there, so that most requests get past the
doors. Fails where the server errs, answers otherwise than described, or lets in who has no key. (It takes null for what
is left out, which the description doesn't say.)
"""
import json
import os
import subprocess
import sys
import tempfile
import urllib.request

ADDRESS, KEY, PROGRAM, *CUSTOMERS = sys.argv[1:]
# What is there to ask for.
NAMES = {"promotion": "own", "segment": "known", "journey": "hello"}
CHECKS = ",".join([
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "missing_required_header", "ignored_auth"])

with urllib.request.urlopen(ADDRESS + "/openapi.json") as answer:
    description = json.load(answer)
for path in description["paths"].values():
    for parameter in path.get("parameters", []):
        if parameter["name"] == "program":
            is_referral = parameter["schema"].get("x-kind") == "referral"
            parameter["schema"] = {"enum": ["friends" if is_referral else PROGRAM]}
        if parameter["name"] == "customer":
            parameter["schema"] = {"enum": CUSTOMERS}
        if parameter["name"] in NAMES:
            parameter["schema"] = {"enum": [NAMES[parameter["name"]], "nothing"]}
    body = path.get("post", {}).get("requestBody", {"content": {}})["content"].get("application/json")
    if body and "properties" in body["schema"]:
        schema = body["schema"]
        if "customer" in schema["properties"]:
            schema["properties"]["customer"] = {"enum": CUSTOMERS}
        if "codes" in schema["properties"]:
            schema["properties"]["codes"]["items"] = {"enum": ["AAA", "aaa", "B-2222-2222-22222", "no code"]}
        if "reward" in schema["properties"]:
            schema["properties"]["reward"] = {"enum": ["mug"]}
        if "checkout" in schema["properties"]:
            schema["properties"]["checkout"] = {"enum": ["one", "two", "three"]}
# What it writes down is of no use to anybody.
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    with open("described.json", "w") as file:
        json.dump(description, file)
    code = subprocess.call([
        sys.executable, "-m", "schemathesis.cli", "run", "described.json", "--url", ADDRESS,
        "--header", "Authorization: Bearer " + KEY, "--checks", CHECKS, "--max-examples", "30",
        "--phases", "coverage,fuzzing", "--seed", "1"])
    os.chdir("/")
sys.exit(code)
