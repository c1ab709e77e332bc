"""Runs lines of the AWS command line that arrive on standard input, without the command line itself: with botocore, which moto needs.

Each line gets a line of JSON. botocore refuses operations, options and values that AWS does not have.
"""

import json
import shlex
import sys

import botocore.session
import jmespath
from botocore import xform_name

session = botocore.session.get_session()
clients = {}


def value_of(shape, text):
    return int(text) if shape.type_name in ("integer", "long") else text


def input_of(shape, words):
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    given, query = {}, None
    while words:
        option = words.pop(0).removeprefix("--")
        if option in ("query", "output"):
            text = words.pop(0)
            query = text if option == "query" else query
        elif option.startswith("no-") and option[3:] in members:
            given[members[option[3:]][0]] = False
        elif members[option][1].type_name == "boolean":
            given[members[option][0]] = True
        else:
            given[members[option][0]] = value_of(members[option][1], words.pop(0))
    return given, query


def run(line):
    _, service, operation, *words = shlex.split(line, comments=True)
    client = clients.setdefault(service, session.create_client(service))
    wanted = words.pop(0) if operation == "wait" else operation
    if operation == "wait":
        waiter = client.get_waiter(wanted.replace("-", "_"))
        name = waiter.config.operation
    else:
        name = client.meta.method_to_api_mapping[wanted.replace("-", "_")]
    given, query = input_of(client.meta.service_model.operation_model(name).input_shape, words)
    if operation == "wait":
        return waiter.wait(**given)
    answer = getattr(client, wanted.replace("-", "_"))(**given)
    return jmespath.search(query, answer) if query else answer


for line in sys.stdin:
    print(json.dumps(run(line), default=str), flush=True)
