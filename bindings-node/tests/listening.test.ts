// How connections come in: TLS, HTTP/2, Unix sockets, proxies, on real listeners.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { connect, constants } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError, McpServer } from 'oxmcp';
import { modernCall, talkingServer } from './support/http.js';

const folder = mkdtempSync(join(tmpdir(), 'oxmcp-listening-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => join(folder, name);

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

/** An authority, and what it vouches for: the server, and a client. */
function certificates(): { ca: string; certificate: string; key: string } {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const root = ['-subj', '/CN=root', '-days', '2', '-out', file('ca.pem'), '-keyout', file('ca.key')];
  openssl('req', '-x509', ...key, ...root);
  for (const name of ['server', 'client']) {
    writeFileSync(file('ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
    openssl('req', ...key, '-subj', `/CN=${name}`, '-out', file('csr'), '-keyout', file(`${name}.key`));
    const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl(
      'x509',
      '-req',
      '-in',
      file('csr'),
      ...signed,
      '-extfile',
      file('ext'),
      '-out',
      file(`${name}.pem`),
    );
  }
  return {
    ca: readFileSync(file('ca.pem'), 'utf8'),
    certificate: file('server.pem'),
    key: file('server.key'),
  };
}

const { ca, certificate, key } = certificates();

const call = modernCall('steps');
const headers = Object.fromEntries(call.headers);
const body = await call.text();

/** What came of a call over HTTP/1.1. */
function asked(url: string, options: object, send: typeof request = request): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const sent = send(url, { method: 'POST', headers, agent: false, ...options }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece) => {
        text += piece;
      });
      answer.on('end', () => resolve([answer.statusCode ?? 0, text]));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The same over HTTP/2. */
function askedInHttp2(url: string, options: object): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const session = connect(new URL(url).origin, options);
    session.on('error', reject);
    const sent = session.request({ ...headers, [constants.HTTP2_HEADER_METHOD]: 'POST', ':path': '/mcp' });
    let status = 0;
    let text = '';
    sent.setEncoding('utf8');
    sent.on('response', (told) => {
      status = Number(told[':status']);
    });
    sent.on('data', (piece) => {
      text += piece;
    });
    sent.on('error', reject);
    sent.on('end', () => {
      session.close();
      resolve([status, text]);
    });
    sent.end(body);
  });
}

test('calls are answered over TLS 1.3, in both versions of HTTP', async (t) => {
  const { url, port } = await talkingServer(t).listen({ tls: { certificate, key } });
  assert.equal(url, `https://127.0.0.1:${port}/mcp`);
  for (const ask of [asked, askedInHttp2]) {
    const [status, text] = await ask(url, { ca });
    assert.equal(status, 200, text);
    assert.match(text, /done/);
  }
  await assert.rejects(asked(url, { ca, maxVersion: 'TLSv1.2' }), /version/i);
  await assert.rejects(asked(url, {}), /certificate/i);
});

test('HTTP/2 is spoken in plain to who begins with it, unless it is switched off', async (t) => {
  const { url } = await talkingServer(t).listen();
  assert.equal((await askedInHttp2(url, {}))[0], 200);
  const without = await talkingServer(t).listen({ http2: false });
  // Node says of a connection that is closed without a word that all is over, and no more.
  const answer = await askedInHttp2(without.url, {}).catch(() => [0, '']);
  assert.deepEqual(answer, [0, '']);
});

test('clients without a certificate are turned away where one is needed', async (t) => {
  const tls = { certificate, key, clientCa: file('ca.pem') };
  const { url } = await talkingServer(t).listen({ tls });
  const own = { cert: readFileSync(file('client.pem')), key: readFileSync(file('client.key')) };
  assert.equal((await asked(url, { ca, ...own }))[0], 200);
  await assert.rejects(asked(url, { ca }));
  const optional = await talkingServer(t).listen({ tls: { ...tls, requireClientCertificate: false } });
  assert.equal((await asked(optional.url, { ca }))[0], 200);
});

test('the certificate is a section of the configuration, too', async (t) => {
  const server = new McpServer({ name: 'configured', version: '1.0.0' }, { tls: { certificate, key } });
  t.after(() => server.close());
  server.registerTool('steps', {}, () => ({ content: [{ type: 'text', text: 'done' }] }));
  const { url } = await server.listen();
  assert.match(url, /^https:/);
  assert.equal((await asked(url, { ca }))[0], 200);
});

test('the official client calls over https', async (t) => {
  const { url } = await talkingServer(t).listen({ tls: { certificate, key } });
  // The authority has to be there when Node starts.
  const script = `
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const client = new Client({ name: 'over-tls', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[1])));
    const { content } = await client.callTool({ name: 'steps', arguments: {} });
    console.log(content[0].text);
    await client.close();
  `;
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: file('ca.pem') };
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, url.replace('127.0.0.1', 'localhost')],
    {
      env,
      cwd: import.meta.dirname ?? process.cwd(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  for await (const piece of child.stdout) said += piece;
  assert.equal(said.trim(), '"done"');
});

test('calls are answered at a Unix socket', { skip: process.platform === 'win32' }, async (t) => {
  const path = file('server.sock');
  const { url, host, port, close } = await talkingServer(t).listen({
    unixSocket: path,
    unixSocketMode: 0o600,
  });
  assert.deepEqual([url, host, port], [`unix:${path}`, path, 0]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const [status] = await asked(
    'http://any.example/mcp',
    { socketPath: path },
    plainRequest as typeof request,
  );
  assert.equal(status, 200);
  await close();
  assert.throws(() => statSync(path), /ENOENT/);
});

test('what cannot be is refused in the words of the options', async (t) => {
  for (const [options, told] of [
    [{ tls: { certificate: '/nowhere.pem', key } }, /tls\.certificate: cannot read/],
    [{ tls: { certificate } as never }, /missing field `key`/],
    [{ trustedProxies: ['proxy.example.com'] }, /no address and no network/],
    [{ proxyProtocol: true }, /proxyProtocol needs trustedProxies/],
  ] as const) {
    await assert.rejects(
      async () => talkingServer(t).listen(options as never),
      (error: Error) => error instanceof ConfigurationError && told.test(error.message),
    );
  }
});
