// HTTP-17: a body over the limit is answered with 413, whoever received it and whether or not its length was announced.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, test } from 'node:test';
import { createMcpHandler, McpServer, type Transport } from 'oxmcp';
import { toNodeHandler } from 'oxmcp/node';
import { StreamableHTTPServerTransport } from 'oxmcp/server/streamableHttp.js';

/** Over the 4 MiB that are the limit where nothing else is said, and more than what sockets hold. */
const LONG = 16 * 1024 * 1024;
const PIECE = 'x'.repeat(64 * 1024);

const make = () => new McpServer({ name: 'short', version: '1.0.0' });

async function serve(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const ways: Record<string, () => Promise<number>> = {
  'the listener of the engine': async () => {
    const listening = await make().listen({ port: 0 });
    after(() => listening.close());
    return listening.port;
  },
  'a transport of the first version': () =>
    serve(async (req, res) => {
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
      await make().connect(transport as Transport);
      await transport.handleRequest(req, res);
    }),
  'the handler of the second version': () => serve(toNodeHandler(createMcpHandler(make))),
};

/** The first line of the answer to a body that goes on being sent. */
function answered(port: number, announced: boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let sent = 0;
    const send = (): void => {
      while (sent < LONG && !socket.destroyed) {
        sent += PIECE.length;
        const more = announced ? PIECE : `${PIECE.length.toString(16)}\r\n${PIECE}\r\n`;
        if (!socket.write(more)) return;
      }
    };
    socket.on('drain', send);
    socket.on('error', reject);
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().split('\r\n', 1)[0] ?? '');
    });
    const length = announced ? `Content-Length: ${LONG}` : 'Transfer-Encoding: chunked';
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
        `Accept: application/json, text/event-stream\r\n${length}\r\n\r\n`,
    );
    send();
  });
}

for (const [way, open] of Object.entries(ways)) {
  test(`${way} answers 413 to a body over the limit`, async () => {
    const port = await open();
    for (const announced of [true, false]) {
      assert.match(
        await answered(port, announced),
        /^HTTP\/1\.1 413 /,
        announced ? 'announced' : 'not announced',
      );
    }
  });
}
