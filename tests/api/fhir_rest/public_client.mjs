// Drives a running server with a public FHIR client: node public_client.mjs BASE TOKEN PATIENT
// Prints what it found as one line of JSON.
import { Client } from "fhir-kit-client";

const [baseUrl, token, patient] = process.argv.slice(2);
const client = new Client({ baseUrl, customHeaders: { Authorization: `Bearer ${token}` } });
const ids = (bundle) => (bundle.entry ?? []).map((entry) => `${entry.resource.resourceType}/${entry.resource.id}`);

const statement = await client.capabilityStatement();
const read = await client.read({ resourceType: "Patient", id: patient });
const found = await client.search({ resourceType: "Patient", searchParams: { name: "oka", birthdate: "1941-03-09" } });
const posted = await client.search({
  resourceType: "Flag",
  searchParams: { patient, _count: 10 },
  options: { postSearch: true },
});
const included = await client.search({
  resourceType: "Encounter",
  searchParams: { patient, _include: "Encounter:practitioner" },
});
const paged = [];
let page = await client.search({ resourceType: "Observation", searchParams: { patient, _count: 2 } });
while (page) {
  paged.push(...ids(page));
  page = await client.nextPage({ bundle: page });
}
const everything = await client.operation({ name: "everything", resourceType: "Patient", id: patient, method: "GET" });
let refused = 0;
try {
  await client.search({ resourceType: "Patient", searchParams: { colour: "red" } });
} catch (error) {
  refused = error.response?.status ?? -1;
}
console.log(
  JSON.stringify({
    kinds: statement.rest[0].resource.map((one) => one.type),
    family: read.name[0].family,
    found: ids(found),
    posted: ids(posted),
    included: ids(included),
    paged,
    everything: ids(everything).length,
    refused,
  }),
);
