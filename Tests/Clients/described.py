"""What the appliance itself says of its events (/asyncapi.json), to hold what it sends against."""

import re

import requests

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Described:
    """The AsyncAPI description of a running appliance."""

    def __init__(self, appliance):
        answer = requests.get(appliance.admin_url + "/asyncapi.json", timeout=10)
        assert answer.status_code == 200, answer.text
        self.document = answer.json()
        operations = self.document["operations"]
        self.client_events = {}
        """Name: (schema of its object, schema of its ack)."""
        self.server_events = {}
        """Name: schema of its one argument."""
        for operation in operations.values():
            message = self.follow(operation["messages"][0]["$ref"])
            if operation["action"] == "receive":
                ack = self.follow(operation["reply"]["messages"][0]["$ref"])
                self.client_events[message["name"]] = (message["payload"], ack["payload"])
            else:
                self.server_events[message["name"]] = message["payload"]

    def follow(self, reference):
        target = self.document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        return target

    def faults(self, schema, value, place="$"):
        """What is wrong with the value; a member that is not described is wrong too."""
        if "$ref" in schema:
            return self.faults(self.follow(schema["$ref"]), value, place)
        if "oneOf" in schema:
            found = [self.faults(choice, value, place) for choice in schema["oneOf"]]
            return [] if [] in found else min(found, key=len)
        kind = schema["type"]
        fits = {
            "string": lambda: isinstance(value, str), "boolean": lambda: isinstance(value, bool),
            "integer": lambda: isinstance(value, int) and not isinstance(value, bool),
            "null": lambda: value is None, "array": lambda: isinstance(value, list),
            "object": lambda: isinstance(value, dict),
        }[kind]
        if not fits():
            return [f"{place} is {value!r}, not {kind}"]
        if kind == "string":
            if "enum" in schema and value not in schema["enum"]:
                return [f"{place} is {value!r}"]
            if schema.get("format") == "date-time" and not TIME.fullmatch(value):
                return [f"{place} is {value!r}, no time"]
        if kind == "array":
            return [fault for number, item in enumerate(value)
                    for fault in self.faults(schema["items"], item, f"{place}[{number}]")]
        if kind == "object":
            return self._faults_of_object(schema, value, place)
        return []

    def _faults_of_object(self, schema, value, place):
        found = []
        if "additionalProperties" in schema:
            for name, member in value.items():
                found += self.faults(schema["additionalProperties"], member, f"{place}.{name}")
        elif "properties" in schema:
            found += [f"{place}.{name} is missing" for name in schema.get("required", []) if name not in value]
            for name, member in value.items():
                if name in schema["properties"]:
                    found += self.faults(schema["properties"][name], member, f"{place}.{name}")
                else:
                    found.append(f"{place}.{name} is not described")
        return found

    def check_event(self, name, arguments):
        """An event that came is one of those described, with its one argument."""
        assert name in self.server_events, f"{name} is not described"
        assert len(arguments) == 1, f"{name} came with {len(arguments)} arguments"
        found = self.faults(self.server_events[name], arguments[0])
        assert not found, f"{name} {arguments[0]}: {found}"

    def check_ack(self, name, ack):
        found = self.faults(self.client_events[name][1], ack)
        assert not found, f"ack of {name} {ack}: {found}"
