// Writes down what servers of this process are asked, and what they say, where somebody else received the request: one JSON object
// a line, in a file for each process in the folder that RECORD_IN names. To be loaded before a test: `node --import`.

import { appendFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { Serving } = createRequire(import.meta.url)('../../bindings-node/dist/cjs/engine/event_loop.js');
const file = join(process.env.RECORD_IN, `${process.pid}.jsonl`);
const { openEndpoint } = Serving.prototype;
const open = new Set();

function write(record) {
  if (open.delete(record)) appendFileSync(file, `${JSON.stringify(record)}\n`);
}

// Streams that are still open are judged as far as they came.
process.on('exit', () => {
  for (const record of open) write(record);
});

Serving.prototype.openEndpoint = function recorded(...options) {
  const endpoint = openEndpoint.apply(this, options);
  const { fetch } = endpoint;
  endpoint.fetch = (head, body, told, sink, eventStore) => {
    const record = {
      asked: head.headers,
      request: Buffer.from(body ?? []).toString('base64'),
      told: [],
      answer: '',
    };
    open.add(record);
    const recording = {
      head(status, headers) {
        record.told = headers;
        sink.head(status, headers);
      },
      chunk(text) {
        record.answer += text;
        return sink.chunk(text);
      },
      end(error) {
        write(record);
        sink.end(error);
      },
    };
    return fetch(head, body, told, recording, eventStore);
  };
  return endpoint;
};
