"use strict";

// Asks the service at a URL for what the JSON on the command line says, in that order, and prints the answers.
const { o } = require("odata");

const [url, authorization, requests] = process.argv.slice(2);
const headers = { Authorization: authorization, "Content-Type": "application/json" };

async function main() {
  const answers = [];
  for (const { method, resource, body, query } of JSON.parse(requests)) {
    const crm = o(url, { headers });
    const asked = body === undefined ? crm[method](resource) : crm[method](resource, body);
    answers.push(await asked.query(query).catch((refused) => ({ status: refused.status })));
  }
  console.log(JSON.stringify(answers));
}

main();
