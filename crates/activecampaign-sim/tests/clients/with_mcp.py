"""mcp-activecampaign (AlexlaGuardia): its server is started and asked as an assistant would.

    with_mcp.py URL KEY

Imports contacts in bulk, waits until they are there, and pages through them. Prints what it read as JSON.
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_activecampaign import server

IMPORTED = 230


async def use(session):
    async def call(tool, **arguments):
        answer = await session.call_tool(tool, arguments)
        assert not answer.isError, f"{tool}: {answer.content}"
        return json.loads(answer.content[0].text)

    lists = await call("list_lists", limit=100)
    fields = await call("list_custom_fields")
    tag = await call("create_tag", tag_name="vip")
    ann = await call("create_contact", email="ann@example.com", first_name="Ann")
    await call("update_contact", contact_id=ann["id"], last_name="Lee")
    await call("subscribe_contact_to_list", contact_id=ann["id"], list_id="3")
    await call("set_field_value", contact_id=ann["id"], field_id="6", value="Iași")
    await call("add_tag_to_contact", contact_id=ann["id"], tag_id=tag["id"])
    whole = await call("get_contact", contact_id=ann["id"])
    tags = await call("list_contact_tags", contact_id=ann["id"])

    people = [{"email": f"person{number}@example.com", "first_name": f"Name {number}"} for number in range(IMPORTED)]
    # Called in this process: mcp 1.9 would take the JSON apart on its way to the server, and the tool wants text.
    queued = json.loads(await server.bulk_import_contacts(contacts_json=json.dumps(people)))
    while (await call("list_contacts", limit=1))["total"] < IMPORTED + 1:
        await asyncio.sleep(0.1)
    contacts = []
    for offset in range(0, IMPORTED + 1, 100):
        contacts += (await call("list_contacts", limit=100, offset=offset))["contacts"]

    return {
        "tools": len((await session.list_tools()).tools),
        "lists": [each["name"] for each in lists["lists"]],
        "fields": [each["perstag"] for each in fields["fields"]],
        "ann": [whole["email"], whole["first_name"], whole["last_name"], whole["lists"]],
        "tags": [each["tag_id"] for each in tags["tags"]],
        "queued": queued["message"],
        "contacts": [[each["email"], each["first_name"]] for each in contacts],
    }


async def main(url, key):
    env = {"ACTIVECAMPAIGN_URL": url, "ACTIVECAMPAIGN_API_KEY": key}
    os.environ.update(env)
    program = StdioServerParameters(command=sys.executable, args=["-m", "mcp_activecampaign"], env=env)
    async with stdio_client(program) as streams, ClientSession(*streams) as session:
        await session.initialize()
        print(json.dumps(await use(session)))


asyncio.run(main(*sys.argv[1:3]))
