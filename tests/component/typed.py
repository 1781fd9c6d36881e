"""Answers plan requests through the component in wasmtime: one JSON line in, one out, in the shapes of typed.mjs.

Values are converted by the component's own types, so nothing here knows what is in them.
"""
import json
import sys

from wasmtime import component as c

sys.path.insert(0, sys.argv[2])
from prepair import Prepair  # noqa: E402  the example's own loader


def camel(name):
    head, *rest = name.split("-")
    return head + "".join(part.capitalize() for part in rest)


def lower(ty, value):
    if isinstance(ty, c.RecordType):
        record = c.Record()
        for name, field in ty.fields:
            setattr(record, name, lower(field, (value or {}).get(camel(name))))
        return record
    if isinstance(ty, c.OptionType):
        if value is None:
            return None
        some = lower(ty.payload, value)
        return c.Variant("some", some) if ty._tagged() else some
    if isinstance(ty, c.VariantType):
        payload = dict(ty._cases())[value["tag"]]
        lowered = None if payload is None else lower(payload, value.get("val"))
        return c.Variant(value["tag"], lowered) if ty._tagged() else lowered
    if isinstance(ty, c.TupleType):
        return tuple(lower(item, part) for item, part in zip(ty.elements, value))
    if isinstance(ty, c.Bool):
        return bool(value)
    if isinstance(ty, c.ListType):
        if isinstance(value, dict):
            return bytes.fromhex(value["$hex"])
        return [lower(ty.element, item) for item in value]
    return value


def lift(ty, value):
    if isinstance(ty, c.RecordType):
        return {camel(name): lift(field, getattr(value, name)) for name, field in ty.fields}
    if isinstance(ty, c.OptionType):
        if ty._tagged():
            value = value.payload if value.tag == "some" else None
        return None if value is None else lift(ty.payload, value)
    if isinstance(ty, c.VariantType):
        if ty._tagged():
            payload = dict(ty._cases())[value.tag]
            return {"tag": value.tag, **({} if payload is None else {"val": lift(payload, value.payload)})}
        kinds = {type(None): "null", int: "integer", float: "real", str: "text", bytes: "blob"}
        return {"tag": kinds[type(value)], **({} if value is None else {"val": value if not isinstance(value, bytes) else {"$hex": value.hex()}})}
    if isinstance(ty, c.TupleType):
        return [lift(item, part) for item, part in zip(ty.elements, value)]
    if isinstance(ty, c.ListType):
        return {"$hex": value.hex()} if isinstance(value, bytes) else [lift(ty.element, item) for item in value]
    return value


prepair = Prepair(sys.argv[1])
plan = prepair.function("planner", "plan")
types = plan.type(prepair.store)
(_, request), (_, inputs) = types.params
result = types.result
for line in sys.stdin:
    call = json.loads(line)
    answer = plan(prepair.store, lower(request, call["request"]), lower(inputs, call["inputs"]))
    ok = not (isinstance(answer, c.Variant) and answer.tag in ("missing", "refused"))
    value = {"planned": lift(result.ok, answer)} if ok else {"stop": lift(result.err, answer)}
    print(json.dumps(value), flush=True)
