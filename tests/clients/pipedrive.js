// Walks an account with the vendor's own client and prints what it got, as one JSON object.
const { v1, v2 } = require("pipedrive");

const [host, apiKey, clientId, clientSecret, refreshToken] = process.argv.slice(2);

// The client rejects with the body of the refusal.
const refusal = (promise) => promise.then(() => null, (body) => body);

async function persons(report) {
  const api = new v2.PersonsApi(new v2.Configuration({ apiKey, basePath: `${host}/api/v2` }));
  const emails = [{ value: "ann@example.com", primary: true, label: "work" }];
  const { data: ann } = await api.addPerson({ AddPersonRequest: { name: "Ann Lee", emails } });
  for (const name of ["Bob", "Cec", "Dan"]) await api.addPerson({ AddPersonRequest: { name } });
  report.created = ann;
  report.updated = (await api.updatePerson({ id: ann.id, UpdatePersonRequest: { name: "Ann Lee Jones" } })).data;
  report.pages = [];
  for (let cursor; cursor !== null; ) {
    const page = await api.getPersons({ limit: 3, cursor });
    report.pages.push(page.data.map((one) => one.name));
    cursor = page.additional_data.next_cursor ?? null;
  }
  report.since = (await api.getPersons({ updated_since: "2024-01-01T00:00:00Z" })).data.length;
  report.found = (await api.searchPersons({ term: "ANN@example.com", fields: "email", exact_match: true })).data.items;
  report.deleted = (await api.deletePerson({ id: ann.id })).data;
  report.afterwards = (await api.getPerson({ id: ann.id })).data;
  report.fraction = await refusal(api.getPersons({ updated_since: "2024-01-01T00:00:00.5Z" }));
  report.nobody = await refusal(api.getPerson({ id: 999 }));
  report.fields = (await new v2.PersonFieldsApi(new v2.Configuration({ apiKey, basePath: `${host}/api/v2` })).getPersonFields({})).data;
}

async function leads(report) {
  const configuration = new v1.Configuration({ apiKey, basePath: `${host}/api/v1` });
  const api = new v1.LeadsApi(configuration);
  report.me = (await new v1.UsersApi(configuration).getCurrentUser()).data;
  const value = { amount: 3000, currency: "USD" };
  const { data: lead } = await api.addLead({ AddLeadRequest: { title: "Big", person_id: 2, value } });
  report.lead = lead;
  await api.addLead({ AddLeadRequest: { title: "Small", person_id: 2 } });
  const page = await api.getLeads({ limit: 1 });
  report.leadPage = { titles: page.data.map((one) => one.title), ...page.additional_data.pagination };
  await api.updateLead({ id: lead.id, UpdateLeadRequest: { is_archived: true } });
  report.open = (await api.getLeads({})).data.map((one) => one.title);
  report.archived = (await api.getArchivedLeads({ person_id: 2 })).data.map((one) => one.title);
  report.deletedLead = (await api.deleteLead({ id: lead.id })).data;
  report.noLead = await refusal(api.getLead({ id: lead.id }));
  report.noTitle = await refusal(api.addLead({ AddLeadRequest: { person_id: 2, title: "" } }));
}

async function oauth(report) {
  const login = new v2.OAuth2Configuration({ clientId, clientSecret, redirectUri: "http://127.0.0.1/callback", host });
  login.updateToken({ refresh_token: refreshToken });
  const token = await login.tokenRefresh();
  report.scope = (token.data ?? token).scope;
  login.updateToken(token.data ?? token);
  const configuration = new v2.Configuration({ accessToken: login.getAccessToken, basePath: login.basePath });
  report.byBearer = (await new v2.PersonsApi(configuration).getPersons({})).data.length;
}

async function main() {
  const report = {};
  await persons(report);
  await leads(report);
  await oauth(report);
  const wrong = new v2.PersonsApi(new v2.Configuration({ apiKey: "wrong", basePath: `${host}/api/v2` }));
  report.stranger = await refusal(wrong.getPersons({}));
  process.stdout.write(JSON.stringify(report));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
