// Sends one message by nodemailer: {transport, envelope, file} comes as JSON on standard input.
const fs = require('fs');
const nodemailer = require('nodemailer');

const { transport, envelope, file } = JSON.parse(fs.readFileSync(0, 'utf8'));

nodemailer.createTransport(transport).sendMail({ envelope, raw: fs.readFileSync(file) })
  .then((sent) => console.log(sent.response))
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
