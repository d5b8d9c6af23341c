"""activecampaign-python (GearPlug): writes a bit of everything, reads it back, and pages through all contacts.

    with_activecampaign_python.py URL KEY

Prints what it read as JSON.
"""

import json
import sys

from activecampaign.client import Client

client = Client(*sys.argv[1:3])

made = client.lists.create_a_list(
    {"list": {"name": "Launch", "stringid": "launch", "sender_url": "https://example.com", "sender_reminder": "You asked."}}
)["list"]
client.lists.create_a_list_group_permission({"listGroup": {"listid": made["id"], "groupid": 1}})

field = client.contacts.create_a_custom_field({"field": {"title": "Shoe size", "type": "dropdown", "visible": 1}})["field"]
client.contacts.create_custom_field_options(
    {"fieldOptions": [{"field": field["id"], "orderid": 1, "value": "42", "label": "42", "isdefault": False}]}
)
client.contacts.create_a_custom_field_relationship_to_list({"fieldRel": {"field": field["id"], "relid": 0}})

tag = client.tags.create_a_tag({"tag": {"tag": "vip", "tagType": "contact", "description": ""}})["tag"]

ann = client.contacts.create_or_update_contact(
    {"contact": {"email": "ann@example.com", "firstName": "Ann", "fieldValues": [{"field": field["id"], "value": "42"}]}}
)["contact"]
again = client.contacts.create_or_update_contact({"contact": {"email": "ANN@example.com", "lastName": "Lee"}})["contact"]
assert again["id"] == ann["id"], "one address, one contact"
client.contacts.update_a_contact(ann["id"], {"contact": {"phone": "+40 1"}})
client.contacts.update_list_status_for_a_contact({"contactList": {"list": made["id"], "contact": ann["id"], "status": 1}})
client.contacts.add_a_tag_to_contact({"contactTag": {"contact": ann["id"], "tag": tag["id"]}})

refused = client.contacts.create_a_contact({"contact": {"email": "ann@example.com"}})
gone = client.contacts.create_a_contact({"contact": {"email": "gone@example.com"}})["contact"]
client.contacts.delete_a_contact(gone["id"])

contacts = []
while True:
    page = client.contacts.list_all_contacts(limit=100, offset=len(contacts))
    contacts += page["contacts"]
    if len(contacts) >= int(page["meta"]["total"]):
        break

whole = client.contacts.retrieve_a_contact(ann["id"])
print(
    json.dumps(
        {
            "ann": {key: whole["contact"][key] for key in ["id", "email", "firstName", "lastName", "phone"]},
            "lists": [[on["list"], on["status"]] for on in whole["contactLists"]],
            "values": [value["value"] for value in client.contacts.retrieve_a_contacts_field_values(ann["id"])["fieldValues"]],
            "tags": [link["tag"] for link in client.contacts.retrieve_contact_tags(ann["id"])["contactTags"]],
            "list": client.lists.retrieve_a_list(made["id"])["list"]["name"],
            "field": client.contacts.retrieve_a_custom_field(field["id"])["field"]["perstag"],
            "options": [option["value"] for option in client.contacts.retrieve_field_options(field["id"])["fieldOptions"]],
            "tag": client.tags.retrieve_a_tag(tag["id"])["tag"]["tag"],
            "refused": refused["errors"][0]["code"],
            "gone": client.contacts.retrieve_a_contact(gone["id"])["message"],
            "contacts": [contact["email"] for contact in contacts],
        }
    )
)
