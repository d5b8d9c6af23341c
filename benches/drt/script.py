import http.client, json, sys
import pyarrow.parquet
host, key, path = sys.argv[1:]
connection, headers = http.client.HTTPConnection(host), {"Api-Token": key, "Content-Type": "application/json"}
for rows in map(pyarrow.RecordBatch.to_pylist, pyarrow.parquet.ParquetFile(path).iter_batches(10_000)):
    for at in range(0, len(rows), 250):
        contacts = [{"email": row["Email"], "first_name": row["FirstName"], "last_name": row["LastName"], "phone": row["Phone"],
                     "fields": [{"id": 6, "value": row["City"]}, {"id": 7, "value": row["CustomerNumber"]},
                                {"id": 1, "value": str(row["LifetimeValue"])}, {"id": 2, "value": row["Birthday"]}],
                     "tags": [str(row["Orders"])], "subscribe": [{"listid": 3}]} for row in rows[at:at + 250]]
        connection.request("POST", "/api/3/import/bulk_import", json.dumps({"contacts": contacts, "exclude_automations": True}), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"{answer.status}: {body[:300]}")
