// What a server with sessions on `node:http` does by hand with both major versions of the official SDK: a transport for each
// session, found by the session id.

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * @param {{ port: number, json: boolean, maxBody: number }} options
 * @param {(options: object) => any} makeTransport
 * @param {() => any} makeServer
 */
export function serveSessions({ port, json, maxBody }, makeTransport, makeServer) {
  const sessions = new Map();
  createServer(async (request, response) => {
    let transport = sessions.get(request.headers['mcp-session-id']);
    if (!transport) {
      transport = makeTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse: json,
        maxRequestBodySize: maxBody,
        onsessioninitialized: (id) => sessions.set(id, transport),
        onsessionclosed: (id) => sessions.delete(id),
      });
      await makeServer().connect(transport);
    }
    await transport.handleRequest(request, response);
  }).listen(port, '127.0.0.1');
}
