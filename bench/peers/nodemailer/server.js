// The smallest sensible server with nodemailer's smtp-server: takes everything and keeps nothing.
"use strict";
const { createRequire } = require("node:module");
const [folder, host, port] = process.argv.slice(2);
const { SMTPServer } = createRequire(`${folder}/`)("smtp-server");

const server = new SMTPServer({
  name: "mx.example.com",
  logger: false,
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  disableReverseLookup: true,
  onData(stream, session, callback) {
    stream.on("end", () => callback(null));
    stream.resume();
  },
});
server.on("error", () => {});
server.listen(Number(port), host);
