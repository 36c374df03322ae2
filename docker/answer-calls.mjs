// (C) Copyright 2026 Hewlett Packard Enterprise Development LP
// SPDX-License-Identifier: MIT

// Answers as the artifact repository, IMS and a token server would, and writes its address into the file that is named:
// for the run that fills the cache of compiled code, and nothing else.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const [file = ''] = process.argv.slice(2);

/** The first row that fits answers; without a body by the body of the request, as IMS gives back what it was told. */
const ANSWERS = [
  ['POST /token', 'application/json', '{"access_token":"none","token_type":"bearer","expires_in":3600}'],
  ['PATCH /ims/jobs/', 'application/json'],
  ['POST /images/', 'application/xml', xml('InitiateMultipartUploadResult', '<UploadId>1</UploadId>')],
  ['GET /images', 'application/xml', xml('ListMultipartUploadsResult', '<IsTruncated>false</IsTruncated>')],
];

const server = createServer((request, response) => {
  const asked = `${request.method} ${request.url}`;
  const row = ANSWERS.find(([begin]) => asked.startsWith(begin));
  void text(request).then((told) => {
    response.writeHead(row === undefined ? 204 : 200, row === undefined ? {} : { 'content-type': row[1] });
    response.end(row === undefined ? undefined : (row[2] ?? told));
  });
});

server.listen(0, '127.0.0.1', () => {
  writeFileSync(file, `http://127.0.0.1:${String(server.address().port)}\n`);
});

/** @param {string} name @param {string} content */
function xml(name, content) {
  return `<?xml version="1.0" encoding="UTF-8"?><${name}>${content}</${name}>`;
}
