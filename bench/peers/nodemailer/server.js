// The smallest sensible server with nodemailer's smtp-server: takes everything and keeps nothing.
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const [folder, host, port, ...certificate] = process.argv.slice(2);
const { SMTPServer } = createRequire(`${folder}/`)("smtp-server");

const [cert, key] = certificate.map((path) => readFileSync(path));
const server = new SMTPServer({
  ...(cert && { cert, key }),
  name: "mx.example.com",
  logger: false,
  authOptional: true,
  disabledCommands: cert ? ["AUTH"] : ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onData(stream, session, callback) {
    stream.on("end", () => callback(null));
    stream.resume();
  },
});
server.on("error", () => {});
server.listen(Number(port), host);
