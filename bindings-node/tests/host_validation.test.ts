import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
  validateHostHeader,
  validateOriginHeader,
} from 'oxmcp';

const LOCAL = localhostAllowedHostnames();

for (const [host, expected] of [
  ['localhost', true],
  ['LOCALHOST:3000', true],
  ['127.0.0.1:80', true],
  ['[::1]:3000', true],
  ['evil.example', 'invalid_host'],
  ['localhost.evil.example', 'invalid_host'],
  ['localhost@evil.example', 'invalid_host_header'],
  ['evil.example#localhost', 'invalid_host_header'],
  ['local host', 'invalid_host_header'],
  ['', 'missing_host'],
  [undefined, 'missing_host'],
] as const) {
  test(`the Host ${JSON.stringify(host)} is ${expected === true ? 'let in' : expected} (SEC-2)`, () => {
    const result = validateHostHeader(host, LOCAL);
    assert.equal(result.ok ? true : result.errorCode, expected);
  });
}

for (const [origin, names, expected] of [
  [undefined, LOCAL, true],
  ['', LOCAL, true],
  ['http://localhost:5173', LOCAL, true],
  ['https://[::1]', LOCAL, true],
  ['https://evil.example', LOCAL, 'invalid_origin'],
  ['null', LOCAL, 'invalid_origin_header'],
  ['localhost', LOCAL, 'invalid_origin_header'],
  ['moz-extension://0a1b', ['moz-extension://*'], true],
  ['chrome-extension://abc', ['abc'], true],
  ['https://evil.example', ['https://*'], 'invalid_origin'],
] as const) {
  test(`the Origin ${JSON.stringify(origin)} is ${expected === true ? 'let in' : expected} by ${names} (SEC-1)`, () => {
    const result = validateOriginHeader(origin, [...names]);
    assert.equal(result.ok ? true : result.errorCode, expected);
  });
}

test('a refusal is a 403 with a JSON-RPC error that names what was wrong', async () => {
  const request = new Request('http://evil.example/mcp', { headers: { origin: 'https://evil.example' } });
  for (const response of [
    hostHeaderValidationResponse(request, LOCAL),
    originValidationResponse(request, localhostAllowedOrigins()),
  ]) {
    assert.equal(response?.status, 403);
    const { error } = (await response.json()) as { error: { code: number; message: string } };
    assert.equal(error.code, -32000);
    assert.match(error.message, /evil\.example/);
  }
  assert.equal(hostHeaderValidationResponse(new Request('http://localhost/mcp'), LOCAL), undefined);
});
