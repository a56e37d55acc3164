"use strict";

// Prints what the official parser makes of the AsyncAPI document in a file: its channels, and what is wrong with it.
const { readFileSync } = require("node:fs");
const { Parser } = require("@asyncapi/parser");

new Parser().parse(readFileSync(process.argv[2], "utf-8")).then(({ document, diagnostics }) => {
  const found = diagnostics.map(({ code, path, message }) => `${code} at ${path.join("/")}: ${message}`);
  console.log(JSON.stringify({ channels: document ? document.channels().length : 0, found }));
});
