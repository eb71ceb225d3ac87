"""What SARIF 2.1.0 (OASIS standard, errata 01) says of the properties that we write, as a JSON Schema.

Read off the text of the standard, section by section, not taken from its own schema, whose every property besides these is
optional; `additionalProperties` is false there too.
"""

TEXT = {"type": "string", "minLength": 1}
INDEX = {"type": "integer", "minimum": 0}
NUMBER = {"type": "integer", "minimum": 1}


def thing(required, **properties):
    """An object with these properties and no others; required: names that must be there, separated by blanks."""
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}


def many(item, **more):
    """A list of such items."""
    return {"type": "array", "items": item, **more}


LEVEL = {"enum": ["none", "note", "warning", "error"]}  # 3.27.10
MESSAGE = thing("text", text=TEXT)  # 3.11.8
STRING = thing("text", text=TEXT, markdown=TEXT)  # 3.12
URI = {"type": "string", "format": "uri-reference", "pattern": "^[^ ]+$"}
FILE = thing("", uri=URI, uriBaseId=TEXT, description=MESSAGE)  # 3.4
REGION = thing("startLine startColumn endColumn", startLine=NUMBER, startColumn=NUMBER, endColumn=NUMBER)  # 3.30
PHYSICAL = thing("artifactLocation", artifactLocation=FILE, region=REGION)  # 3.29
LOGICAL = thing("fullyQualifiedName", fullyQualifiedName=TEXT, kind=TEXT)  # 3.33
LOCATION = thing(
    "physicalLocation", id=INDEX, physicalLocation=PHYSICAL, logicalLocations=many(LOGICAL, uniqueItems=True), message=MESSAGE
)  # 3.28
SUPPRESSION = thing("kind", kind={"enum": ["inSource", "external"]}, justification=TEXT, location=LOCATION)  # 3.35
RESULT = thing(
    "message ruleId level locations suppressions",
    ruleId=TEXT,
    ruleIndex=INDEX,
    level=LEVEL,
    message=MESSAGE,
    locations=many(LOCATION, maxItems=1),  # one place, unless a change at one of them is not enough (3.27.12)
    relatedLocations=many(LOCATION, uniqueItems=True),
    partialFingerprints={"type": "object", "additionalProperties": TEXT, "propertyNames": {"pattern": "^[^/]+(/v[0-9]+)?$"}},
    suppressions=many(SUPPRESSION, uniqueItems=True),
    properties={"type": "object"},
)  # 3.27
RULE = thing(
    "id shortDescription fullDescription help",  # the standard wants the first, code scanning of GitHub all
    id=TEXT,
    name=TEXT,
    shortDescription=STRING,
    fullDescription=STRING,
    help=STRING,
    helpUri={"type": "string", "format": "uri", "pattern": "^https://"},
    defaultConfiguration=thing("level", level=LEVEL),
)  # 3.49
DRIVER = thing("name", name=TEXT, semanticVersion={"pattern": r"^\d+\.\d+\.\d+"}, rules=many(RULE, uniqueItems=True))  # 3.19
NOTIFICATION = thing("message", level=LEVEL, message=MESSAGE, descriptor=thing("id", id=TEXT), locations=many(LOCATION))  # 3.58
INVOCATION = thing(
    "executionSuccessful", executionSuccessful={"type": "boolean"}, toolExecutionNotifications=many(NOTIFICATION)
)  # 3.20
RUN = thing(
    "tool results",
    tool=thing("driver", driver=DRIVER),
    invocations=many(INVOCATION),
    originalUriBaseIds={"type": "object", "additionalProperties": FILE},
    columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
    results=many(RESULT),
)  # 3.14
LOG = thing("version runs", **{"$schema": URI}, version={"const": "2.1.0"}, runs=many(RUN))  # 3.13
